import { createBoundedMap } from '../protocol/bounded-map.js'
import type { Caller } from '../protocol/caller.js'
import type { VerifiedJwt } from '../platform/verified-jwt.js'

export interface RememberedToken {
  readonly verified: VerifiedJwt
  readonly caller: Caller
}

/** Tokens that were verified, so that the next request with the same one skips the signature. */
export interface TokenMemo {
  recall(token: string): RememberedToken | undefined
  remember(token: string, remembered: RememberedToken): void
  forget(token: string): void
}

/** Room for some eight thousand tokens of the usual length. */
const mostBytes = 64 * 1024 * 1024
/** What an entry weighs besides text and claims, roughly. */
const overhead = 512
const indexLength = 32

/**
 * A private memory of verified tokens, the least recently used of which goes first. A token is
 * found by the end of its signature and then compared whole, so that no other token, however alike,
 * can stand for it. Bounded in bytes, not in tokens.
 */
export function createTokenMemo(limit = mostBytes): TokenMemo {
  const entries = createBoundedMap<{
    readonly token: string
    readonly remembered: RememberedToken
  }>(limit)

  return {
    recall(token) {
      const entry = entries.get(indexOf(token))
      return entry?.token === token ? entry.remembered : undefined
    },
    remember(token, remembered) {
      entries.set(indexOf(token), { token, remembered }, weightOf(token))
    },
    forget(token) {
      const index = indexOf(token)
      if (entries.get(index)?.token === token) entries.delete(index)
    },
  }
}

function indexOf(token: string): string {
  return token.slice(-indexLength)
}

function weightOf(token: string): number {
  return token.length * 3 + overhead
}
