import type { Clock } from '../platform/clock.js'
import type { TokenEndpoint } from '../platform/token-endpoint.js'
import { PlatformUnavailableError } from '../protocol/platform-unavailable-error.js'
import { CredentialRejectedError, ThrottledError } from '../protocol/token-errors.js'

const shortestPause = 10_000
const longestPause = 60_000

/**
 * A credential that was rejected is rejected for every token, so all requests fail with the same
 * error without being sent, until one after a pause of 10 to 60 seconds finds out whether the
 * credential is accepted by now.
 */
export function withCredentialBreaker(endpoint: TokenEndpoint, clock: Clock): TokenEndpoint {
  let rejected: CredentialRejectedError | undefined
  let rejectedAt = 0
  let pause = 0
  let isTrying = false

  function isPaused(): boolean {
    const elapsed = clock() - rejectedAt
    return isTrying || (elapsed >= 0 && elapsed < pause)
  }

  function note(error: unknown, wasAttempt: boolean): void {
    if (error instanceof CredentialRejectedError) {
      rejected = error
      rejectedAt = clock()
      pause = wasAttempt ? Math.min(pause * 2, longestPause) : Math.max(pause, shortestPause)
      return
    }
    // These say nothing about the credential; every other answer comes after it was accepted.
    if (error instanceof PlatformUnavailableError || error instanceof ThrottledError) return
    rejected = undefined
    pause = 0
  }

  async function pass<Answer>(send: () => Promise<Answer>): Promise<Answer> {
    const isAttempt = rejected !== undefined
    if (rejected !== undefined) {
      if (isPaused()) throw rejected
      isTrying = true
    }
    try {
      const answer = await send()
      note(undefined, isAttempt)
      return answer
    } catch (error) {
      note(error, isAttempt)
      throw error
    } finally {
      if (isAttempt) isTrying = false
    }
  }

  return {
    exchangeConfiguration: (exchange) => endpoint.exchangeConfiguration(exchange),
    onBehalfOf: (request) => pass(() => endpoint.onBehalfOf(request)),
    clientCredentials: (request) => pass(() => endpoint.clientCredentials(request)),
    refresh: (request) => pass(() => endpoint.refresh(request)),
  }
}
