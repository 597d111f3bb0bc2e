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
import { clientRequestIdOf, type Exchange } from '../http/exchange.js'
import { parametersOf } from '../http/parameters.js'
import type { Services } from '../platform/services.js'
import { tenantSegmentOf, type TenantSegment } from '../platform/tenant-segment.js'
import { parseClaimsRequest } from '../tokens/claims-request.js'
import { authenticateClient, presentedCredential } from './client-authentication.js'
import { answerGrant } from './answer-grant.js'

/** POST /{tenant}/oauth2/v2.0/token */
export async function tokenEndpoint(services: Services, exchange: Exchange): Promise<void> {
  const { platform } = services
  const { request, response } = exchange
  const trace = traceFor(platform.now(), clientRequestIdOf(exchange))
  try {
    const answer = await answerToken(services, exchange)
    sendReply(response, jsonReply(200, answer, platformHeaders(trace)))
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
  const parameters = parametersOf(await exchange.form())
  const { grant_type: grantType } = parameters
  if (grantType === undefined) throw parameterMissing('grant_type')
  if (parameters.resource !== undefined && !takesResource.has(grantType)) {
    throw resourceParameterUnsupported()
  }
  const { authorization } = request.headers
  const { clientId } = presentedCredential({ parameters, authorization })
  if (clientId === undefined) throw parameterMissing('client_id')
  const client = requireClient(platform, segment, clientId)
  const proof = await authenticateClient(client, {
    parameters,
    authorization,
    audiences: audiencesOf(services, segment),
    platform,
  })
  const claimsRequest = parseClaimsRequest(parameters.claims)
  const context = { platform, segment, parameters, client, proof, claimsRequest, signIns }
  const answer = await answerGrant(services, grantType, context)
  if (answer === undefined) throw grantTypeUnsupported(grantType)
  return answer
}

/** The grants of a user at the client, whose scopes a `resource` may repeat. */
const takesResource: ReadonlySet<string> = new Set(['authorization_code', 'refresh_token'])

/** The token endpoint by GUID or by any of the tenant's domains, and the v2.0 issuer. */
function audiencesOf({ platform }: Services, segment: TenantSegment): string[] {
  const names = segment.kind === 'tenant' ? [segment.tenant.id, ...segment.tenant.domains] : []
  return [segment.name, ...names].flatMap((name) => [
    `${platform.origin}/${name}/oauth2/v2.0/token`,
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
