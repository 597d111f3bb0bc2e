import { PlatformUnavailableError } from '../protocol/platform-unavailable-error.js'
import {
  AdminConsentRequiredError,
  ConsentRequiredError,
  CredentialRejectedError,
  ThrottledError,
  TokenRefusedError,
} from '../protocol/token-errors.js'

const second = 1_000
/** The platform counts a request that is repeated unchanged for five minutes (AADSTS50196). */
const refusalPause = 30 * second
/** Somebody may be consenting right now. */
const consentPause = 5 * second
const outagePause = second
/** Processes that were refused together do not come back together. */
const jitter = 0.1

/**
 * How long a token request that failed is not repeated, in milliseconds: as long as the platform
 * asked for, at most an hour and a tenth; 30 seconds at most after a refusal. 0 when the failure
 * is not the platform's answer, and for a credential, which is not the concern of one token.
 */
export function pauseAfter(error: unknown): number {
  const begun = error instanceof Error ? begunElsewhere.get(error) : undefined
  if (begun !== undefined) return begun
  const pause = asked(error)
  return error instanceof ThrottledError || error instanceof PlatformUnavailableError
    ? pause * (1 + Math.random() * jitter)
    : pause
}

function asked(error: unknown): number {
  if (error instanceof CredentialRejectedError) return 0
  if (error instanceof ThrottledError) return error.retryAfter * second
  if (error instanceof PlatformUnavailableError) {
    return error.failure === 'status' ? error.retryAfter * second : outagePause
  }
  if (error instanceof ConsentRequiredError || error instanceof AdminConsentRequiredError) {
    return consentPause
  }
  return error instanceof TokenRefusedError ? refusalPause : 0
}

const begunElsewhere = new WeakMap<Error, number>()

/** Notes that the pause began when another process was refused, and how many milliseconds are left. */
export function withPauseLeft(error: Error, left: number): Error {
  begunElsewhere.set(error, left)
  return error
}

/** The error again, for a request that comes during the pause; what is left of it in milliseconds. */
export function repeated(error: Error, left: number): Error {
  const seconds = Math.ceil(left / second)
  if (error instanceof ThrottledError) {
    return new ThrottledError({ ...refusalIn(error), retryAfterSeconds: seconds })
  }
  if (error instanceof PlatformUnavailableError) {
    const { endpoint, failure } = error
    return new PlatformUnavailableError({ endpoint, failure, retryAfter: seconds })
  }
  return error
}

/** The fields of a refusal, to make the same error once more. */
export function refusalIn(error: TokenRefusedError) {
  const { message, resource, scopes, aadsts, oauthError, suberror } = error
  const { correlationId, traceId, timestamp } = error
  return {
    message,
    resource,
    scopes,
    aadsts,
    oauthError,
    suberror,
    correlationId,
    traceId,
    timestamp,
  }
}
