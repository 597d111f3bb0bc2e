import { setLatest } from '../protocol/latest-entries.js'

/**
 * Writes that the store may refuse. What it has refused is not lost: it is written when the store
 * answers again, as long as this process lives.
 */
export interface LateWrites {
  /** Writes now. Rejects as the store does, and then tries again later all the same. */
  now(key: string, write: () => Promise<void>): Promise<void>
  /** Writes what is left, behind whoever has just seen the store answer. */
  catchUp(): void
}

/** @param most How many are kept; those that have waited longest make room. */
export function createLateWrites(most: number): LateWrites {
  const refused = new Map<string, () => Promise<void>>()
  let isUnderWay = false

  async function attempt(key: string, write: () => Promise<void>): Promise<void> {
    refused.delete(key)
    try {
      await write()
    } catch (error) {
      setLatest(refused, key, write, most)
      throw error
    }
  }

  async function attemptAll(): Promise<void> {
    isUnderWay = true
    try {
      for (const [key, write] of [...refused]) {
        // Another one may have been written in its place meanwhile.
        if (refused.get(key) === write) await attempt(key, write)
      }
    } catch {
      // The store is away again, and the rest waits with this one.
    } finally {
      isUnderWay = false
    }
  }

  return {
    now: attempt,
    catchUp() {
      if (refused.size > 0 && !isUnderWay) void attemptAll()
    },
  }
}
