import type { Clock } from '../platform/clock.js'
import type { KeptToken } from '../stores/kept-token.js'

const refreshRetryMilliseconds = 30_000

export type Acquire = () => Promise<KeptToken>

/** Tokens kept in this process: one request to the platform serves everybody who waits for it. */
export interface TokenMemory {
  /**
   * The token under a key, fetched when there is none. A token past its refresh time still serves
   * while one background request renews it; if that fails, the old one serves until it is stale.
   */
  get(key: string, acquire: Acquire): Promise<KeptToken>
  forget(key: string): void
}

interface Entry {
  kept?: KeptToken
  pending?: Promise<KeptToken>
  /** A failed renewal is not tried again before this time. */
  quietUntil: number
}

/**
 * @param capacity How many tokens are kept; the one not used for longest is dropped first.
 */
export function createTokenMemory(settings: {
  readonly clock: Clock
  readonly capacity: number
}): TokenMemory {
  const { clock, capacity } = settings
  const entries = new Map<string, Entry>()

  function touch(key: string): Entry {
    const entry = entries.get(key) ?? { quietUntil: 0 }
    entries.delete(key)
    entries.set(key, entry)
    if (entries.size > capacity) dropOldest(entries)
    return entry
  }

  function renew(key: string, entry: Entry, acquire: Acquire): Promise<KeptToken> {
    entry.pending ??= acquire().then(
      (kept) => {
        entry.kept = kept
        delete entry.pending
        return kept
      },
      (error: unknown) => {
        entry.quietUntil = clock() + refreshRetryMilliseconds
        delete entry.pending
        if (entry.kept === undefined && entries.get(key) === entry) entries.delete(key)
        throw error
      },
    )
    return entry.pending
  }

  return {
    async get(key, acquire) {
      const entry = touch(key)
      const { kept } = entry
      const now = clock()
      if (kept === undefined || now >= kept.staleAt) return renew(key, entry, acquire)
      if (now >= kept.refreshAt && now >= entry.quietUntil) {
        // The one who asked has a good token; who failed to renew it will hear when it is stale.
        renew(key, entry, acquire).catch(() => undefined)
      }
      return kept
    },
    forget: (key) => void entries.delete(key),
  }
}

function dropOldest(entries: Map<string, Entry>): void {
  for (const [key, entry] of entries) {
    if (entry.pending !== undefined) continue
    entries.delete(key)
    return
  }
}
