import { secondsOf, type Clock } from './clock.js'
import type { IssuedTimes } from './jwt-claims.js'
import { JwtInvalid } from './jwt-invalid.js'

export interface TimeLimits {
  readonly clock: Clock
  /** Seconds. */
  readonly tolerance: number
  /** The platform's clock less ours, in milliseconds, where it is known. */
  readonly clockDifference: number | undefined
}

/**
 * Holds `exp` and `nbf` against the clock, with the tolerance on both sides. `iat` is no limit: the
 * platform back-dates it.
 *
 * @throws JwtInvalid
 */
export function checkTimes(issued: IssuedTimes, limits: TimeLimits): void {
  const now = secondsOf(limits.clock)
  if (issued.expiresAt <= now - limits.tolerance) {
    throw untimely('expired', `a token that expired ${now - issued.expiresAt} seconds ago`, limits)
  }
  if (issued.notBefore !== undefined && issued.notBefore > now + limits.tolerance) {
    const wait = issued.notBefore - now
    throw untimely('not-yet-valid', `a token that becomes valid in ${wait} seconds`, limits)
  }
}

function untimely(
  reason: 'expired' | 'not-yet-valid',
  found: string,
  limits: TimeLimits,
): JwtInvalid {
  const difference = Math.round((limits.clockDifference ?? 0) / 1000)
  return new JwtInvalid({
    reason,
    found,
    expected: `a token that is valid now, give or take ${limits.tolerance} seconds`,
    cure:
      Math.abs(difference) > limits.tolerance
        ? `This machine's clock differs from the platform's by ${-difference} seconds: set it right.`
        : 'Get a new token: clients renew theirs before it expires.',
  })
}
