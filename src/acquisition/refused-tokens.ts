import type { Clock } from '../platform/clock.js'
import { subjectsOf } from '../protocol/claims-request.js'
import { digestOf } from './token-digest.js'
import { tokenNameOf, type TokenName } from './token-name.js'
import type { Demand } from './token-source-settings.js'

/** The token that comes after one that an API refused. */
export interface Successor {
  readonly name: TokenName
  /** SHA-256 of the token that was refused, as bytes in text. */
  readonly refused: string
  /** Milliseconds since the epoch after which the refused one serves nobody anyway. */
  readonly until: number
}

/** Tokens that an API refused before they expired, and which one is used in the place of each. */
export interface RefusedTokens {
  /** What is used in the place of a token; undefined when nothing has replaced it. */
  replacementOf(name: TokenName): Successor | undefined
  successorOf(name: TokenName, demand: Demand): Promise<Successor>
  /** The successor has come. One that did not come takes nobody's token away. */
  replace(name: TokenName, successor: Successor): void
}

const mostRemembered = 10_000

/**
 * The token after a refused one is kept under a name that the refused one and what was demanded
 * give, so that all who were refused the same token, in whatever process, find the same next one.
 * What was demanded once is not asked for again when that one is renewed: the API says it again.
 */
export function createRefusedTokens(clock: Clock): RefusedTokens {
  const replaced = new Map<string, Successor>()

  return {
    replacementOf({ key }) {
      // As it is nearly always.
      if (replaced.size === 0) return undefined
      const successor = replaced.get(key)
      return successor !== undefined && clock() < successor.until ? successor : undefined
    },
    async successorOf({ parts }, { refused: token, claims }) {
      const refused = await digestOf(token.reveal())
      const name = tokenNameOf(...parts, refused, ...subjectsOf(claims))
      return { name, refused, until: token.expiresAt }
    },
    replace({ key }, successor) {
      replaced.delete(key)
      replaced.set(key, successor)
      const [oldest] = replaced.keys()
      if (replaced.size > mostRemembered && oldest !== undefined) replaced.delete(oldest)
    },
  }
}
