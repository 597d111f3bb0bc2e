import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client'
import { ConfigurationError } from '../protocol/configuration-error.js'
import { EntraError } from '../protocol/entra-error.js'
import {
  PlatformUnavailableError,
  type PlatformFault,
} from '../protocol/platform-unavailable-error.js'
import { retryAfterOf } from '../protocol/retry-after.js'
import { credentialRefusalOf, NoCredentialAccepted } from './credential-rejection.js'
import { answerOf } from './grant-answer.js'
import type { GrantContext } from './grant-context.js'
import { refusalOf } from './grant-refusal.js'

/**
 * Turns what openid-client throws into this library's typed errors. Known fields are copied; the
 * original is never chained, because it holds bodies and parameters in which tokens can be.
 * Errors of this library, which openid-client wraps when a credential throws them, come back out.
 *
 * @throws the given error itself when it is neither openid-client's nor the network's: a mistake
 *   in a program should look like one.
 */
export function failureOf(error: unknown, context: GrantContext): EntraError {
  const own = ownErrorIn(error)
  if (own !== undefined) return own
  const rejection = causesOf(error).find((cause) => cause instanceof NoCredentialAccepted)
  if (rejection !== undefined) return credentialRefusalOf(rejection, context)
  if (error instanceof ResponseBodyError) {
    const pauseSeconds = pauseOf(error.response, context)
    return refusalOf(answerOf(error.cause), context, { status: error.status, pauseSeconds })
  }
  if (error instanceof AuthorizationResponseError) {
    // It came through the browser, which has no business with claims.
    const { claims: _claims, ...parameters } = Object.fromEntries(error.cause)
    return refusalOf(answerOf(parameters), context)
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    return fromStatus(error.response, context)
  }
  if (isForbiddenAddress(error)) return insecureAuthority(context)
  const response = responseIn(error)
  if (response !== undefined) return fromStatus(response, context)
  return outageOf(error)
}

/** An answer whose body is not a readable OAuth error: the status has to do. */
function fromStatus(response: Response, context: GrantContext): EntraError {
  release(response)
  const { status } = response
  const pauseSeconds = pauseOf(response, context)
  // RFC 6749 section 5.2: what a client gets that failed to authenticate in a header.
  const unauthenticated = status === 401 && response.headers.has('www-authenticate')
  if (status === 429 || unauthenticated) {
    const answer = unauthenticated ? { error: 'invalid_client' } : {}
    return refusalOf(answerOf(answer), context, { status, pauseSeconds })
  }
  const failure = status === 200 || (status >= 400 && status < 500) ? 'content' : 'status'
  return unavailable(
    failure,
    `The token endpoint answered ${status} without an OAuth answer.`,
    pauseSeconds,
  )
}

function outageOf(error: unknown): EntraError {
  const code = codeOf(error)
  if (error instanceof ClientError) {
    if (code === 'OAUTH_TIMEOUT' || timedOut(error))
      return unavailable('timeout', 'The token endpoint did not answer in time.')
    if (code === 'OAUTH_ABORT') return unavailable('network', 'The request was given up.')
    if (code !== undefined) return unavailable('content', `The answer cannot be used (${code}).`)
    return unavailable(
      'network',
      `The request was not sent or not answered${networkCodeOf(error)}.`,
    )
  }
  const name = nameOf(error)
  if (name === 'TimeoutError')
    return unavailable('timeout', 'The token endpoint did not answer in time.')
  if (name === 'AbortError') return unavailable('network', 'The request was given up.')
  // Fetch reports every failure of the network as a TypeError, openid-client its misuse as one with a code.
  if (name === 'TypeError' && code === undefined) {
    return unavailable('network', `The connection failed${networkCodeOf(error)}.`)
  }
  throw error
}

function unavailable(
  failure: PlatformFault['failure'],
  detail: string,
  pause = usualPauseSeconds,
): PlatformUnavailableError {
  return new PlatformUnavailableError({ endpoint: 'token', failure, detail, retryAfter: pause })
}

const usualPauseSeconds = 5

function insecureAuthority({ authority }: GrantContext): ConfigurationError {
  return new ConfigurationError({
    message: `authorityHost is ${JSON.stringify(authority.origin)}, and credentials are sent over https only.`,
    option: 'authorityHost',
    environmentVariable: 'AZURE_AUTHORITY_HOST',
  })
}

function isForbiddenAddress(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'OAUTH_HTTP_REQUEST_FORBIDDEN' || code === 'OAUTH_REQUEST_PROTOCOL_FORBIDDEN'
}

function ownErrorIn(error: unknown): EntraError | undefined {
  for (const candidate of causesOf(error)) {
    if (candidate instanceof EntraError) return candidate
  }
  return undefined
}

/** openid-client keeps the answer it could not read as the cause, unread. */
function responseIn(error: unknown): Response | undefined {
  return causesOf(error).find(isResponse)
}

// An injected fetch may bring its own classes, and a test runner those of another realm.
function isResponse(value: unknown): value is Response {
  return Object.prototype.toString.call(value) === '[object Response]'
}

function timedOut(error: unknown): boolean {
  return causesOf(error).some((cause) => nameOf(cause) === 'TimeoutError')
}

/** The error and what it was caused by, a few levels deep. */
function causesOf(error: unknown): readonly unknown[] {
  const causes: unknown[] = []
  let next = error
  while (next !== undefined && causes.length < 5) {
    causes.push(next)
    next = fieldOf(next, 'cause')
  }
  return causes
}

/** An unread body keeps its connection busy. */
function release(response: Response): void {
  response.body?.cancel().catch(() => undefined)
}

function pauseOf(response: Response, { clock }: GrantContext): number | undefined {
  return retryAfterOf(response.headers.get('retry-after'), clock())
}

/** The system's name for a network failure, such as ` (ECONNREFUSED)`. */
function networkCodeOf(error: unknown): string {
  const code = causesOf(error)
    .map(codeOf)
    .find((text) => text !== undefined && /^[A-Z][A-Z0-9_]{2,39}$/.test(text))
  return code === undefined ? '' : ` (${code})`
}

function codeOf(error: unknown): string | undefined {
  const code = fieldOf(error, 'code')
  return typeof code === 'string' ? code : undefined // a DOMException's is a number
}

function nameOf(error: unknown): unknown {
  return fieldOf(error, 'name')
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return (value as Record<string, unknown>)[name] // any object may be read by name
}
