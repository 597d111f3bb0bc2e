import type { Clock } from './clock.js'

const shortest = 10_000
const longest = 60_000

/** How long a rejected credential is left alone. Lengths are in milliseconds. */
export interface Rest {
  isOn(): boolean
  /** Ends the rest for the one who asks; it begins anew for everybody else. Gives its length. */
  probe(): number
  /** Begins a rest of 10 seconds, or of twice the length before, a minute at most. */
  beginAfter(length: number): void
  /** The probe told nothing, so the next one may try at once. */
  interrupt(): void
  end(): void
}

export function createRest(clock: Clock): Rest {
  let length = 0
  let begunAt = 0

  return {
    isOn() {
      const elapsed = clock() - begunAt
      // A clock that was set back ends the rest rather than prolong it.
      return elapsed >= 0 && elapsed < length
    },
    probe() {
      begunAt = clock()
      return length
    },
    beginAfter(before) {
      length = Math.min(Math.max(before * 2, shortest), longest)
      begunAt = clock()
    },
    interrupt() {
      begunAt = -Infinity
    },
    end() {
      length = 0
    },
  }
}
