import type { Clock } from './clock.js'

const capacity = 2
const refillEvery = 5 * 60_000
const apart = 2_000

/** How often a key that nobody knows may send us to the platform. */
export interface RefetchBudget {
  /** Takes one refetch out of the budget, if there is one. */
  take(): boolean
}

/**
 * One refetch per five minutes, as the platform asks for, and one more in hand, so that a rotation
 * soon after another refetch is still seen at once. Attempts count, whether they succeed or not:
 * a flood of made-up key ids costs the platform nothing, least of all while it is down.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/signing-key-rollover
 */
export function createRefetchBudget(clock: Clock): RefetchBudget {
  let left = capacity
  let countedAt = clock()
  let takenAt = Number.NEGATIVE_INFINITY

  function refill(now: number): void {
    // A clock that was set back starts the count anew instead of stopping it.
    if (now < countedAt) countedAt = now
    if (now < takenAt) takenAt = Number.NEGATIVE_INFINITY
    const earned = Math.floor((now - countedAt) / refillEvery)
    if (earned === 0) return
    left = Math.min(capacity, left + earned)
    countedAt += earned * refillEvery
  }

  return {
    take() {
      const now = clock()
      refill(now)
      if (left === 0 || now - takenAt < apart) return false
      if (left === capacity) countedAt = now
      left -= 1
      takenAt = now
      return true
    },
  }
}
