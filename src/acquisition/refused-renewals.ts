import type { Clock } from '../platform/clock.js'
import { setLatest } from '../protocol/latest-entries.js'
import { pauseAfter, repeated } from './refusal-pause.js'

/** Renewals that the platform refused a moment ago and would refuse again. */
export interface RefusedRenewals {
  /** @throws the refusal, when the same refresh token was refused for the same a moment ago. */
  check(key: string, refreshToken: string): void
  /** Whether it failed so recently that somebody who need not have it yet does not try again. */
  isRecent(key: string): boolean
  note(key: string, refreshToken: string, error: unknown): void
}

interface Refused {
  readonly refreshToken: string
  readonly error: Error
  readonly at: number
  readonly pause: number
}

const mostRemembered = 1_000
/** Milliseconds between two renewals that nobody waits for; a longer pause is kept. */
const restBehind = 30_000

/**
 * A page that asks every second must not become a request to the platform every second. A user
 * who has signed in again has another refresh token, and for that nothing was refused yet.
 */
export function createRefusedRenewals(clock: Clock): RefusedRenewals {
  const refused = new Map<string, Refused>()

  return {
    check(key, refreshToken) {
      const one = refused.get(key)
      if (one === undefined) return
      const elapsed = clock() - one.at
      if (one.refreshToken === refreshToken && elapsed >= 0 && elapsed < one.pause) {
        throw repeated(one.error, one.pause - elapsed)
      }
      refused.delete(key)
    },
    isRecent(key) {
      const one = refused.get(key)
      if (one === undefined) return false
      const elapsed = clock() - one.at
      return elapsed >= 0 && elapsed < Math.max(one.pause, restBehind)
    },
    note(key, refreshToken, error) {
      const pause = pauseAfter(error)
      if (!(error instanceof Error)) return
      setLatest(refused, key, { refreshToken, error, at: clock(), pause }, mostRemembered)
    },
  }
}
