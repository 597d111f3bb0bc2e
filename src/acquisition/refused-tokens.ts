import { digestOf } from './token-digest.js'
import { tokenNameOf, type TokenName } from './token-name.js'
import type { Demand } from './token-source-settings.js'

/** What of a cache's name and of a request changes once an API has refused a token. */
export interface Successor {
  /** The name of the token that came after those refused. */
  readonly name: TokenName
  /** What the API demanded of it. */
  readonly claims: string | undefined
  /** SHA-256 of the token that was refused, as bytes in text. */
  readonly refused?: string
}

/** Tokens that an API refused before they expired: what is cached of them serves nobody any more. */
export interface RefusedTokens {
  successorOf(name: TokenName): Successor
  refuse(name: TokenName, demand: Demand): Promise<void>
}

const mostRemembered = 10_000

/**
 * The token after a refused one is kept under a name that the refused one gives, so that all who
 * were refused the same token, in whatever process, find the same next one.
 */
export function createRefusedTokens(): RefusedTokens {
  const refused = new Map<string, { readonly digest: string; readonly claims: string }>()

  return {
    successorOf(name) {
      // As it is nearly always.
      if (refused.size === 0) return { name, claims: undefined }
      const last = refused.get(name.key)
      if (last === undefined) return { name, claims: undefined }
      return {
        name: tokenNameOf(...name.parts, last.digest),
        claims: last.claims,
        refused: last.digest,
      }
    },
    async refuse({ key }, { refused: token, claims }) {
      const digest = await digestOf(token.reveal())
      refused.delete(key)
      refused.set(key, { digest, claims })
      const [oldest] = refused.keys()
      if (refused.size > mostRemembered && oldest !== undefined) refused.delete(oldest)
    },
  }
}
