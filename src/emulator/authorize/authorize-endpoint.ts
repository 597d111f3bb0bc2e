import type { IncomingMessage } from 'node:http'
import type { Application } from '../directory.js'
import { asAadstsError } from '../errors/as-aadsts-error.js'
import {
  noReplyAddress,
  notForPersonalAccounts,
  parameterMissing,
  replyAddressMismatch,
} from '../errors/catalogue.js'
import { challengeRequired } from '../errors/grant-errors.js'
import { traceFor } from '../errors/trace.js'
import type { Exchange } from '../http/exchange.js'
import { parametersOf, type Parameters } from '../http/parameters.js'
import { asV2Request, endpointVersionOf } from '../platform/endpoint-version.js'
import { recordOutcome } from '../http/record-outcome.js'
import { errorPageReply, sendReply } from '../http/reply.js'
import { acceptsPersonalAccounts } from '../platform/registry.js'
import { requireClient } from '../platform/require-client.js'
import type { Services } from '../platform/services.js'
import { isPersonal, tenantSegmentOf, type TenantSegment } from '../platform/tenant-segment.js'
import { requireMatchingResource } from '../scopes/resource-indicator.js'
import { authorizeErrorAnswer } from './authorize-answer.js'
import { requestParameter, type AuthorizeRequest } from './authorize-request.js'
import { answerMode } from './oidc-provider.js'
import {
  readAuthorizeRequest,
  responseModeOf,
  s256ChallengeOf,
  type AnswerAddress,
} from './read-authorize-request.js'
import { isRegisteredRedirectUri, redirectUriTypeOf } from './redirect-uri.js'

/**
 * GET or POST /{tenant}/oauth2/v2.0/authorize, and the v1.0 form without `/v2.0`. Until client and redirect URI are certain, a mistake
 * ends on a page; from then on it is sent to the application.
 */
export async function authorizeEndpoint(services: Services, exchange: Exchange): Promise<void> {
  const { platform } = services
  const { request, response } = exchange
  let address: AnswerAddress | undefined
  try {
    const parameters = await readParameters(exchange)
    address = addressOf(services, exchange, parameters)
    const authorizeRequest = readAuthorizeRequest(parameters, address)
    requireMatchingResource(platform, parameters.resource, authorizeRequest.scope)
    const challenge = s256ChallengeOf(parameters)
    if (challenge === undefined && isSpa(address)) throw challengeRequired()
    remember(services, authorizeRequest)
    forward(services, exchange, providerParameters(authorizeRequest, challenge))
  } catch (cause) {
    const error = asAadstsError(cause)
    recordOutcome(request, error)
    const trace = traceFor(platform.now(), exchange.clientRequestId)
    sendReply(
      response,
      address === undefined
        ? errorPageReply(error, trace)
        : authorizeErrorAnswer(platform, address, error),
    )
  }
}

async function readParameters(exchange: Exchange): Promise<Parameters> {
  const { request, url, form } = exchange
  const parameters = parametersOf(request.method === 'POST' ? await form() : url.searchParams)
  return endpointVersionOf(exchange) === 1 ? asV2Request(parameters) : parameters
}

function addressOf(services: Services, exchange: Exchange, parameters: Parameters): AnswerAddress {
  const segment = tenantSegmentOf(services.platform.directory, exchange.tenant)
  if (parameters.client_id === undefined) throw parameterMissing('client_id')
  const client = requireClient(services.platform, segment, parameters.client_id)
  requireAudience(client, segment)
  return {
    segment,
    client,
    version: endpointVersionOf(exchange),
    redirectUri: redirectUriOf(client, parameters.redirect_uri),
    responseMode: responseModeOf(parameters),
    state: parameters.state,
    correlationId: exchange.clientRequestId,
  }
}

/** Work-only applications are refused at `consumers` (AADSTS9002332). */
function requireAudience(client: Application, segment: TenantSegment): void {
  const personal = segment.kind === 'tenant' && isPersonal(segment.tenant.id)
  if (personal && !acceptsPersonalAccounts(client.signInAudience)) {
    throw notForPersonalAccounts(client.appId, client.displayName)
  }
}

function isSpa({ client, redirectUri }: AnswerAddress): boolean {
  return redirectUriTypeOf(client, redirectUri) === 'spa'
}

/** Left out, it is one of the registered ones, and nobody should rely on which. */
function redirectUriOf(client: Application, given: string | undefined): string {
  const [first] = [...client.redirectUris, ...(client.spaRedirectUris ?? [])]
  if (first === undefined && given === undefined) throw noReplyAddress()
  if (given === undefined) return first ?? ''
  if (!isRegisteredRedirectUri(client, given)) throw replyAddressMismatch(given, client.appId)
  return given
}

/** Sign-ins that nobody finishes are forgotten, the oldest first. */
function remember({ authorizeRequests }: Services, request: AuthorizeRequest): void {
  authorizeRequests.set(request.id, request)
  const [oldest] = authorizeRequests.keys()
  if (authorizeRequests.size > 1_000 && oldest !== undefined) authorizeRequests.delete(oldest)
}

/** What oidc-provider gets to see. State and nonce are the platform's own business. */
function providerParameters(
  { id, client, redirectUri }: AuthorizeRequest,
  challenge: string | undefined,
): URLSearchParams {
  return new URLSearchParams({
    client_id: client.appId,
    response_type: 'code',
    redirect_uri: redirectUri,
    response_mode: answerMode,
    scope: 'openid',
    [requestParameter]: id,
    ...(challenge !== undefined && { code_challenge: challenge, code_challenge_method: 'S256' }),
  })
}

/** Calls oidc-provider as if it were mounted at the tenant's path. */
function forward(
  services: Services,
  { request, response, tenant }: Exchange,
  query: URLSearchParams,
) {
  request.method = 'GET'
  mount(request, `/${encodeURIComponent(tenant)}/oauth2/v2.0`, `/authorize?${query.toString()}`)
  services.callback(request, response)
}

/** GET /{tenant}/oauth2/v2.0/authorize/{uid}: the way back from the pages. */
export function resumeEndpoint(
  services: Services,
  { request, response, tenant, path }: Exchange,
): void {
  const base = '/oauth2/v2.0'
  mount(request, `/${encodeURIComponent(tenant)}${base}`, path.slice(base.length))
  services.callback(request, response)
}

/** `originalUrl` is how oidc-provider, as every Koa application, learns where it is mounted. */
function mount(
  request: IncomingMessage & { originalUrl?: string },
  base: string,
  url: string,
): void {
  request.url = url
  request.originalUrl = base + url
}
