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

const mostBytes = 8 * 1024 * 1024
/** What an entry weighs besides its text, roughly: parsed claims and bookkeeping. */
const overhead = 4096
const indexLength = 32

/**
 * A private memory of verified tokens, the least recently used of which goes first. A token is
 * found by the end of its signature and then compared whole, so that no other token, however alike,
 * can stand for it. Bounded in bytes, not in tokens.
 */
export function createTokenMemo(limit = mostBytes): TokenMemo {
  const entries = new Map<
    string,
    { readonly token: string; readonly remembered: RememberedToken }
  >()
  let bytes = 0

  function drop(index: string, token: string): void {
    entries.delete(index)
    bytes -= weightOf(token)
  }

  function find(token: string) {
    const entry = entries.get(indexOf(token))
    return entry?.token === token ? entry : undefined
  }

  return {
    recall(token) {
      const entry = find(token)
      if (entry === undefined) return undefined
      // Moved to the end: a Map remembers the order of insertion.
      entries.delete(indexOf(token))
      entries.set(indexOf(token), entry)
      return entry.remembered
    },
    remember(token, remembered) {
      const index = indexOf(token)
      const before = entries.get(index)
      if (before !== undefined) drop(index, before.token)
      entries.set(index, { token, remembered })
      bytes += weightOf(token)
      for (const [oldest, entry] of entries) {
        if (bytes <= limit) break
        drop(oldest, entry.token)
      }
    },
    forget(token) {
      if (find(token) !== undefined) drop(indexOf(token), token)
    },
  }
}

function indexOf(token: string): string {
  return token.slice(-indexLength)
}

function weightOf(token: string): number {
  return token.length * 3 + overhead
}
