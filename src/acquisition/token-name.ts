import { cacheKey } from '../protocol/cache-key.js'

/** Whatever tells one token from every other; none of it is a token. */
export interface TokenName {
  readonly parts: readonly string[]
  /** The same in one string. */
  readonly key: string
}

export function tokenNameOf(...parts: readonly string[]): TokenName {
  return { parts, key: cacheKey(...parts) }
}
