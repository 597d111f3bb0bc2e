import type { Clock } from '../../src/platform/clock.js'
import type { StoreLocks } from '../../src/stores/token-store.js'

interface Held {
  readonly fence: number
  readonly until: number
}

const mostRemembered = 10_000

/** Locks within one process, for the same promises that a shared store gives. */
export function createMemoryLocks(settings: {
  readonly clock: Clock
  readonly write: (key: string, value: string, lifetime: number) => void
}): StoreLocks {
  const { clock, write } = settings
  const locks = new Map<string, Held>()
  let lastFence = 0

  /** A lock that ended is remembered for its fence, until there are too many of them. */
  function forgetEnded(): void {
    if (locks.size < mostRemembered) return
    const now = clock()
    for (const [key, { until }] of locks) if (until <= now) locks.delete(key)
  }

  return {
    acquire(key, lifetime) {
      const held = locks.get(key)
      if (held !== undefined && held.until > clock()) return Promise.resolve(undefined)
      forgetEnded()
      lastFence += 1
      locks.set(key, { fence: lastFence, until: clock() + lifetime })
      return Promise.resolve(lastFence)
    },
    release(key, fence) {
      if (locks.get(key)?.fence === fence) locks.set(key, { fence, until: 0 })
      return Promise.resolve()
    },
    setFenced(key, value, lifetime, fence) {
      const isLast = locks.get(key)?.fence === fence
      if (isLast) write(key, value, lifetime)
      return Promise.resolve(isLast)
    },
  }
}
