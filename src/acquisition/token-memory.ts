import type { Clock } from '../platform/clock.js'
import { cacheKey } from '../protocol/cache-key.js'
import type { KeptToken } from '../stores/kept-token.js'
import { pauseAfter, repeated } from './refusal-pause.js'

export interface TokenRequest {
  /** Whatever tells this token from every other; none of it is a token. */
  readonly name: readonly string[]
  /** Milliseconds since the epoch after which the token may not be used, however long it is valid. */
  readonly until?: number
  readonly acquire: () => Promise<KeptToken>
  /** Is told that no token was at hand, so that the one who asks waits for one. */
  readonly onMiss?: () => void
}

/** How a token comes into the memory. */
export type Fetching = (request: TokenRequest, need: 'usable' | 'fresh') => Promise<KeptToken>

/** Tokens kept in this process: one request to the platform serves everybody who waits for it. */
export interface TokenMemory {
  /**
   * The token of a name, fetched when there is none. A token past its refresh time still serves
   * while one background request renews it. A stale one, which is about to expire, is waited for no
   * longer than a renewal takes: if that fails, the old one serves until it expires.
   * What the platform refused is refused again, without asking, for as long as pauseAfter() says.
   */
  get(request: TokenRequest): Promise<KeptToken>
  /** Bytes taken, for as long as tokens are ASCII. */
  readonly bytes: number
}

interface Entry {
  kept?: KeptToken
  keptAt: number
  pending?: Promise<KeptToken>
  refusal?: { readonly error: Error; readonly until: number }
  /** A failed renewal is not tried again before this time. */
  quietUntil: number
  bytes: number
}

const renewalPause = 30_000
/** Renewals are not urgent: when many are due at once, the rest comes with later requests. */
const mostRenewals = 20
const longestPause = 2 * 3_600_000
const clockDifference = 300_000
const entryBytes = 512

export interface TokenMemorySettings {
  readonly clock: Clock
  /** Bytes that may be taken; the token not used for longest is dropped first. */
  readonly capacity: number
  readonly fetch?: Fetching
}

export function createTokenMemory(settings: TokenMemorySettings): TokenMemory {
  const { clock, capacity, fetch = (request: TokenRequest) => request.acquire() } = settings
  const entries = new Map<string, Entry>()
  let bytes = 0
  let renewals = 0

  function touch(key: string): Entry {
    const entry = entries.get(key) ?? newEntry(key)
    entries.delete(key)
    entries.set(key, entry)
    return entry
  }

  function newEntry(key: string): Entry {
    const size = entryBytes + key.length
    bytes += size
    return { keptAt: 0, quietUntil: 0, bytes: size }
  }

  function remove(key: string): void {
    bytes -= entries.get(key)?.bytes ?? 0
    entries.delete(key)
  }

  function makeRoom(): void {
    for (const [key, entry] of entries) {
      if (bytes <= capacity) return
      if (entry.pending === undefined) remove(key)
    }
  }

  function keep(key: string, entry: Entry, kept: KeptToken): void {
    const size = entryBytes + key.length + bytesOf(kept)
    if (entries.get(key) === entry) bytes += size - entry.bytes
    Object.assign(entry, { kept, keptAt: clock(), bytes: size })
    delete entry.refusal
    makeRoom()
  }

  function renew(key: string, entry: Entry, request: TokenRequest, need: 'usable' | 'fresh') {
    entry.pending ??= fetch(request, need).then(
      (kept) => {
        delete entry.pending
        keep(key, entry, kept)
        return kept
      },
      (error: unknown) => {
        delete entry.pending
        const now = clock()
        const pause = pauseAfter(error)
        if (error instanceof Error && pause > 0) entry.refusal = { error, until: now + pause }
        entry.quietUntil = now + Math.max(pause, renewalPause)
        if (entry.kept === undefined && pause === 0 && entries.get(key) === entry) remove(key)
        throw error
      },
    )
    return entry.pending
  }

  /** The one who asked has a good token; who fails to renew it will hear when it is stale. */
  function renewBehind(key: string, entry: Entry, request: TokenRequest): void {
    if (entry.pending !== undefined || renewals >= mostRenewals) return
    renewals += 1
    void renew(key, entry, request, 'fresh')
      .catch(() => undefined)
      .finally(() => (renewals -= 1))
  }

  function orWhileValid(kept: KeptToken) {
    return (error: unknown): KeptToken => {
      if (clock() < kept.expiresAt) return kept
      throw error
    }
  }

  return {
    async get(request) {
      const key = cacheKey(...request.name)
      const entry = touch(key)
      const now = clock()
      const { kept, refusal } = entry
      if (kept !== undefined && isBefore(kept.staleAt, entry, now)) {
        if (now >= kept.refreshAt && !isAhead(entry.quietUntil, now)) {
          renewBehind(key, entry, request)
        }
        return kept
      }
      const isValid = kept !== undefined && isBefore(kept.expiresAt, entry, now)
      if (isValid && isAhead(entry.quietUntil, now)) return kept
      if (refusal !== undefined && isAhead(refusal.until, now)) {
        throw repeated(refusal.error, refusal.until - now)
      }
      request.onMiss?.()
      const renewal = renew(key, entry, request, 'usable')
      makeRoom()
      return isValid ? renewal.catch(orWhileValid(kept)) : renewal
    },
    get bytes() {
      return bytes
    },
  }
}

/** A token that came long after now came before the clock was set back: its times mean nothing. */
function isBefore(time: number, { keptAt }: Entry, now: number): boolean {
  return now < time && keptAt - now <= clockDifference
}

/** No pause is longer than this, so a later end is one that a clock gave which has been set back. */
function isAhead(end: number, now: number): boolean {
  return now < end && end - now <= longestPause
}

function bytesOf({ token, scopes, resource }: KeptToken): number {
  return scopes.reduce((sum, scope) => sum + scope.length + 24, token.length + resource.length)
}
