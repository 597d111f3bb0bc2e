import type { Clock } from '../platform/clock.js'
import { createBoundedMap } from '../protocol/bounded-map.js'
import type { KeptToken } from '../stores/kept-token.js'
import { AccessToken } from './access-token.js'
import { pauseAfter, repeated } from './refusal-pause.js'
import type { TokenName } from './token-name.js'

export interface TokenRequest {
  readonly name: TokenName
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
   * The token that is there, as long as there is nothing else to do than to hand it out; `get` does
   * the rest.
   */
  recall(name: TokenName): AccessToken | undefined
  /**
   * The token of a name, fetched when there is none. A token past its refresh time still serves
   * while one background request renews it. A stale one, which is about to expire, is waited for no
   * longer than a renewal takes: if that fails, the old one serves until it expires.
   * What the platform refused is refused again, without asking, for as long as pauseAfter() says.
   */
  get(request: TokenRequest): Promise<AccessToken>
  /** Bytes taken, for as long as tokens are ASCII. */
  readonly bytes: number
}

interface Entry {
  token: AccessToken | undefined
  /** These are the token's, or `until` of its request if that is earlier. */
  refreshAt: number
  staleAt: number
  expiresAt: number
  keptAt: number
  pending: Promise<AccessToken> | undefined
  refusal: { readonly error: Error; readonly until: number } | undefined
  /** A failed renewal is not tried again before this time. */
  quietUntil: number
}

const newEntry = (): Entry => ({
  token: undefined,
  refreshAt: 0,
  staleAt: 0,
  expiresAt: 0,
  keptAt: 0,
  pending: undefined,
  refusal: undefined,
  quietUntil: 0,
})

const renewalPause = 30_000
/** Renewals are not urgent: when many are due at once, the rest comes with later requests. */
const mostRenewals = 20
const longestPause = 2 * 3_600_000
const clockDifference = 300_000
const entryBytes = 512

export interface TokenMemorySettings {
  readonly clock: Clock
  /** Bytes that may be taken; tokens not used for long are dropped first. */
  readonly capacity: number
  readonly fetch?: Fetching
}

export function createTokenMemory(settings: TokenMemorySettings): TokenMemory {
  const { clock, capacity, fetch = (request: TokenRequest) => request.acquire() } = settings
  const entries = createBoundedMap<Entry>(capacity, ({ pending }) => pending !== undefined)
  let renewals = 0

  function keep({ name: { key }, until = Infinity }: TokenRequest, entry: Entry, kept: KeptToken) {
    const token = new AccessToken(kept)
    entry.token = token
    entry.refreshAt = Math.min(token.refreshAt, until)
    entry.staleAt = Math.min(kept.staleAt, until)
    entry.expiresAt = Math.min(token.expiresAt, until)
    entry.keptAt = clock()
    entry.refusal = undefined
    entries.set(key, entry, entryBytes + key.length + bytesOf(kept))
    return token
  }

  function renew(entry: Entry, request: TokenRequest, need: 'usable' | 'fresh') {
    entry.pending ??= fetch(request, need).then(
      (kept) => {
        entry.pending = undefined
        return keep(request, entry, kept)
      },
      (error: unknown) => {
        entry.pending = undefined
        const now = clock()
        const pause = pauseAfter(error)
        if (error instanceof Error && pause > 0) entry.refusal = { error, until: now + pause }
        entry.quietUntil = now + Math.max(pause, renewalPause)
        if (entry.token === undefined && pause === 0) entries.delete(request.name.key)
        throw error
      },
    )
    return entry.pending
  }

  /** The one who asked has a good token; who fails to renew it will hear when it is stale. */
  function renewBehind(entry: Entry, request: TokenRequest): void {
    if (entry.pending !== undefined || renewals >= mostRenewals) return
    renewals += 1
    void renew(entry, request, 'fresh')
      .catch(() => undefined)
      .finally(() => (renewals -= 1))
  }

  function orWhileValid(token: AccessToken, { expiresAt }: Entry) {
    return (error: unknown): AccessToken => {
      if (clock() < expiresAt) return token
      throw error
    }
  }

  return {
    recall({ key }) {
      const entry = entries.get(key)
      if (entry?.token === undefined) return undefined
      return isBefore(entry.refreshAt, entry, clock()) ? entry.token : undefined
    },
    async get(request) {
      const { key } = request.name
      const known = entries.get(key)
      const entry = known ?? newEntry()
      const now = clock()
      const { token, refusal } = entry
      if (token !== undefined && isBefore(entry.staleAt, entry, now)) {
        if (now >= entry.refreshAt && !isAhead(entry.quietUntil, now)) renewBehind(entry, request)
        return token
      }
      const isValid = token !== undefined && isBefore(entry.expiresAt, entry, now)
      if (isValid && isAhead(entry.quietUntil, now)) return token
      if (refusal !== undefined && isAhead(refusal.until, now)) {
        throw repeated(refusal.error, refusal.until - now)
      }
      request.onMiss?.()
      const renewal = renew(entry, request, 'usable')
      // Not before it is needed, so that nothing else takes its place.
      if (known === undefined) entries.set(key, entry, entryBytes + key.length)
      return isValid ? renewal.catch(orWhileValid(token, entry)) : renewal
    },
    get bytes() {
      return entries.bytes
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
