import { AadstsError } from '../errors/aadsts-error.js'
import {
  grantTypeUnsupported,
  parameterMissing,
  resourceParameterUnsupported,
} from '../errors/catalogue.js'
import { traceFor } from '../errors/trace.js'
import { asAadstsError } from '../errors/as-aadsts-error.js'
import { recordOutcome } from '../http/record-outcome.js'
import { errorReply, jsonReply, platformHeaders, sendReply } from '../http/reply.js'
import { requireClient } from '../platform/require-client.js'
import type { Exchange } from '../http/exchange.js'
import { parametersOf } from '../http/parameters.js'
import type { Services } from '../platform/services.js'
import { endpointVersionOf } from '../platform/endpoint-version.js'
import { tenantSegmentOf, type TenantSegment } from '../platform/tenant-segment.js'
import { parseClaimsRequest } from '../tokens/claims-request.js'
import { authenticateClient, presentedCredential } from './client-authentication.js'
import { answerGrant } from './answer-grant.js'
import { asV1Answer, asV2Token } from './version-one.js'

/** POST /{tenant}/oauth2/v2.0/token, and the v1.0 form without `/v2.0`. */
export async function tokenEndpoint(services: Services, exchange: Exchange): Promise<void> {
  const { platform } = services
  const { request, response } = exchange
  const trace = traceFor(platform.now(), exchange.clientRequestId)
  try {
    const answer = await answerToken(services, exchange)
    sendReply(
      response,
      jsonReply(200, answer, { ...platformHeaders(trace), ...readableBy(request.headers.origin) }),
    )
  } catch (cause) {
    const error = asAadstsError(cause)
    recordOutcome(request, error)
    sendReply(response, errorReply(error, { trace, origin: platform.origin }))
  }
}

async function answerToken(services: Services, exchange: Exchange): Promise<object> {
  const { platform, signIns } = services
  const { request, tenant: segmentName } = exchange
  if (request.method !== 'POST') throw postOnly(request.method ?? '')
  const segment = tenantSegmentOf(platform.directory, segmentName)
  const version = endpointVersionOf(exchange)
  const given = parametersOf(await exchange.form())
  const parameters = version === 1 && given.resource !== undefined ? asV2Token(given) : given
  const { grant_type: grantType } = parameters
  if (grantType === undefined) throw parameterMissing('grant_type')
  if (version === 2 && given.resource !== undefined && !takesResource.has(grantType)) {
    throw resourceParameterUnsupported()
  }
  const { authorization, origin } = request.headers
  const { clientId } = presentedCredential({ parameters, authorization })
  if (clientId === undefined) throw parameterMissing('client_id')
  const client = requireClient(platform, segment, clientId)
  const proof = await authenticateClient(client, {
    parameters,
    authorization,
    audiences: audiencesOf(services, segment),
    platform,
    origin,
  })
  platform.throttle.check(given, client.appId, segment.name)
  const claimsRequest = parseClaimsRequest(parameters.claims)
  const context = { platform, segment, version, parameters, client, proof, claimsRequest, origin }
  const answer = await answerGrant(services, grantType, { ...context, signIns })
  if (answer === undefined) throw grantTypeUnsupported(grantType)
  return version === 1 ? asV1Answer(answer, given.resource) : answer
}

/** A page reads the answer across origins. */
function readableBy(origin: string | undefined): Record<string, string> {
  return origin === undefined ? {} : { 'access-control-allow-origin': '*' }
}

/** The grants of a user at the client, whose scopes a `resource` may repeat. */
const takesResource: ReadonlySet<string> = new Set(['authorization_code', 'refresh_token'])

/** The token endpoint by GUID or by any of the tenant's domains, and the v2.0 issuer. */
function audiencesOf({ platform }: Services, segment: TenantSegment): string[] {
  const names = segment.kind === 'tenant' ? [segment.tenant.id, ...segment.tenant.domains] : []
  return [segment.name, ...names].flatMap((name) => [
    `${platform.origin}/${name}/oauth2/v2.0/token`,
    `${platform.origin}/${name}/oauth2/token`,
    `${platform.origin}/${name}/v2.0`,
  ])
}

function postOnly(method: string): AadstsError {
  return new AadstsError({
    code: 900561,
    error: 'invalid_request',
    message: `The endpoint only accepts POST requests. Received a ${method} request.`,
  })
}
