import { createBoundedMap } from '../protocol/bounded-map.js'
import type { Caller } from '../protocol/caller.js'

export interface RememberedToken {
  /** For the verifier, which says whether the token still holds. */
  readonly standing: object
  readonly caller: Caller
}

/** Tokens that were verified, so that the next request with the same one skips the signature. */
export interface TokenMemo {
  recall(token: string): RememberedToken | undefined
  remember(token: string, remembered: RememberedToken): void
  forget(token: string): void
}

/** What an entry weighs besides text and claims, roughly. */
const overhead = 512
/** Of the signature's last characters: more of them would only be more work for 32 bits. */
const indexLength = 8

/**
 * A private memory of verified tokens, the least recently used of which goes first. A token is
 * found by the end of its signature and then compared whole, so that no other token, however alike,
 * can stand for it. Bounded in bytes, not in tokens.
 */
export function createTokenMemo(limit: number): TokenMemo {
  const entries = createBoundedMap<
    { readonly token: string; readonly remembered: RememberedToken },
    number
  >(limit)

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

/**
 * A number, which a Map compares in place; for a text it would have to visit the texts of others. Two
 * tokens of one number are rare, and then the later one is remembered.
 */
function indexOf(token: string): number {
  let index = 0
  for (let at = token.length - indexLength; at < token.length; at += 1) {
    index = (Math.imul(index, 31) + token.charCodeAt(at)) | 0
  }
  return index
}

function weightOf(token: string): number {
  return token.length * 3 + overhead
}
