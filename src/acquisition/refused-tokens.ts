import type { Clock } from '../platform/clock.js'
import { cacheKey } from '../protocol/cache-key.js'
import { isAboutContexts, subjectsOf } from '../protocol/claims-request.js'
import { setLatest } from '../protocol/latest-entries.js'
import {
  CallerTokenRejectedError,
  CredentialRejectedError,
  ThrottledError,
  TokenRefusedError,
} from '../protocol/token-errors.js'
import type { AccessToken } from './access-token.js'
import type { TokenCache } from './token-cache.js'
import { digestOf } from './token-digest.js'
import { tokenNameOf, type TokenName } from './token-name.js'
import type { Demand } from './token-source-settings.js'

/** The token that comes after one that an API refused. */
export interface Successor {
  readonly name: TokenName
  /** What the API demanded of it, and of whatever renews it. */
  readonly claims: string
  /** SHA-256 of the token that was refused, as bytes in text. */
  readonly refused: string
  /** Milliseconds since the epoch after which the refused one serves nobody anyway. */
  readonly until: number
}

/** Gets the token of a name, as the successor of another where there is one. */
export type Acquire = (name: TokenName, successor?: Successor) => Promise<AccessToken>

/** Tokens that an API refused before they expired, and which one is used in the place of each. */
export interface RefusedTokens {
  /** The name of the token that is used now. */
  currentOf(name: TokenName): TokenName
  /** Acquires what is used now, or what a demand asks for. */
  acquire(name: TokenName, demand: Demand | undefined, acquire: Acquire): Promise<AccessToken>
}

interface Replacement {
  readonly latest: Successor
  readonly until: number
  /** By the contexts that were demanded: who asks for one and for another in turn keeps both. */
  readonly byContexts: ReadonlyMap<string, Successor>
}

const mostRemembered = 10_000
const mostContexts = 8

/**
 * The token after a refused one is kept under a name that the refused one and what was demanded
 * give, so that all who were refused the same token, in whatever process, find the same next one. It
 * takes the place of the refused one once it has come: a demand that cannot be met concerns nobody
 * but the one who met it.
 */
export function createRefusedTokens(
  clock: Clock,
  { recall }: Pick<TokenCache, 'recall'>,
): RefusedTokens {
  const replaced = new Map<string, Replacement>()

  function replacementOf({ key }: TokenName): Successor | undefined {
    // As it is nearly always.
    if (replaced.size === 0) return undefined
    const replacement = replaced.get(key)
    return replacement !== undefined && clock() < replacement.until ? replacement.latest : undefined
  }

  async function successorOf(base: TokenName, demand: Demand): Promise<Successor> {
    const { refused: token, claims } = demand
    const known = replaced.get(base.key)?.byContexts.get(subjectIn(demand))
    if (known !== undefined && isAnother(recall(known.name), token)) {
      return { ...known, until: Math.max(known.until, token.expiresAt) }
    }
    const refused = await digestOf(token.reveal())
    const name = tokenNameOf(...base.parts, refused, ...subjectsOf(claims))
    return { name, claims, refused, until: token.expiresAt }
  }

  function replace({ key }: TokenName, demand: Demand, latest: Successor): void {
    const before = replaced.get(key)
    // What ended one token has ended those of before, whatever contexts they have.
    const isOfContexts = isAboutContexts(demand.claims)
    const byContexts = new Map(isOfContexts ? before?.byContexts : [])
    if (isOfContexts) setLatest(byContexts, subjectIn(demand), latest, mostContexts)
    // No refused one comes back while it lives, whichever came after it.
    const until = Math.max(before?.until ?? 0, latest.until)
    setLatest(replaced, key, { latest, until, byContexts }, mostRemembered)
  }

  return {
    currentOf: (name) => replacementOf(name)?.name ?? name,
    async acquire(base, demand, acquire) {
      if (demand !== undefined) {
        const successor = await successorOf(base, demand)
        const token = await acquire(successor.name, successor)
        replace(base, demand, successor)
        return token
      }
      const successor = replacementOf(base)
      if (successor === undefined) return acquire(base)
      try {
        return await acquire(successor.name, successor)
      } catch (error) {
        // What was given with these contexts is given no more, so it begins again without them.
        if (!isAboutContexts(successor.claims) || !isFinal(error)) throw error
        if (replaced.get(base.key)?.latest === successor) replaced.delete(base.key)
        const latest = replacementOf(base)
        return latest === undefined ? acquire(base) : acquire(latest.name, latest)
      }
    },
  }
}

function isAnother(held: AccessToken | undefined, refused: AccessToken): boolean {
  return held !== undefined && held.reveal() !== refused.reveal()
}

function subjectIn({ claims }: Demand): string {
  return cacheKey(...subjectsOf(claims))
}

/** Whether the platform refused the claims, perhaps: not for a while, nor for the app or its caller. */
function isFinal(error: unknown): boolean {
  const others = [ThrottledError, CredentialRejectedError, CallerTokenRejectedError]
  return error instanceof TokenRefusedError && !others.some((other) => error instanceof other)
}
