import type { Clock } from './clock.js'

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** How long to leave the platform alone after a failed attempt. Durations are in milliseconds. */
export interface RetryPause {
  /** What is left of the pause; 0 when there is none. */
  remaining(): number
  /** While there is nothing to fall back on: 1 to 5 seconds, so that recovery is quick. */
  beginShort(askedFor: number | undefined): number
  /** While older keys serve: doubling from 30 seconds to 15 minutes, or what the platform asked for. */
  beginLong(askedFor: number | undefined): number
  end(): void
}

export function createRetryPause(clock: Clock): RetryPause {
  let begunAt = 0
  let length = 0
  let failures = 0

  function begin(milliseconds: number): number {
    begunAt = clock()
    length = milliseconds
    failures += 1
    return milliseconds
  }

  return {
    remaining() {
      const elapsed = clock() - begunAt
      // A clock that was set back ends the pause rather than prolong it.
      return elapsed < 0 ? 0 : Math.max(0, length - elapsed)
    },
    beginShort: (askedFor = 0) => begin(Math.min(Math.max(askedFor, second), 5 * second)),
    beginLong: (askedFor = 0) =>
      begin(
        Math.max(
          Math.min(30 * second * 2 ** Math.min(failures, 10), 15 * minute),
          Math.min(askedFor, hour),
        ),
      ),
    end() {
      length = 0
      failures = 0
    },
  }
}
