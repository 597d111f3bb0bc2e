import type { Sealer } from '../platform/seal.js'
import { createBoundedMap } from '../protocol/bounded-map.js'
import { cacheKey } from '../protocol/cache-key.js'
import { frozen } from '../protocol/frozen.js'
import { weightOf, type HeldTokens } from './held-tokens.js'
import { createSealedTokenStore } from './sealed-token-store.js'
import type { SessionAside } from './session-aside.js'
import type { SessionPort } from './session-port.js'
import type { TokenStore } from './token-store.js'
import { createTurns } from './turns.js'
import { createUserTokenRecords, type UserTokenRecords } from './user-token-records.js'
import type { UserTokens } from './user-tokens.js'

export interface AsideTokensSettings {
  readonly sealer: Sealer
  readonly clientId: string
  /** How long a record is kept, in milliseconds. */
  readonly lifetime: number
  /** What is known of the records may take this many bytes. */
  readonly cacheBytes: number
}

interface Known {
  readonly sessionId: string
  /** Undefined once they were removed: then nobody writes under this handle again. */
  readonly tokens: UserTokens | undefined
}

const removedBytes = 256

/**
 * Tokens beside the sessions that they belong to, in the sessions' own store, each record sealed for
 * its session: behind another session's id it does not open. What this process has read or written
 * it knows until it asks again, so that a page asks the store for nothing; whatever renews, asks.
 */
export function createAsideTokens(settings: AsideTokensSettings): HeldTokens {
  const { sealer, clientId, lifetime, cacheBytes } = settings
  const known = createBoundedMap<Known>(cacheBytes)
  const inTurn = createTurns()

  function recordsOf(session: SessionPort): UserTokenRecords {
    const context = cacheKey(clientId, session.id ?? '')
    const store = createSealedTokenStore(storeOver(session.aside), sealer, context)
    return createUserTokenRecords(store, clientId, inTurn)
  }

  function know(
    session: SessionPort,
    handle: string,
    tokens: UserTokens | undefined,
  ): UserTokens | undefined {
    if (isRemoved(handle)) return undefined
    if (tokens === undefined) known.delete(handle)
    else {
      const entry = { sessionId: session.id ?? '', tokens: frozen(tokens) }
      known.set(handle, entry, weightOf(tokens))
    }
    return tokens
  }

  function isRemoved(handle: string): boolean {
    const entry = known.get(handle)
    return entry !== undefined && entry.tokens === undefined
  }

  async function readAgain(session: SessionPort, handle: string): Promise<UserTokens | undefined> {
    const before = known.get(handle)
    const tokens = await recordsOf(session).get(handle)
    // What was written while the store was asked is the newer of the two.
    return known.get(handle) === before ? know(session, handle, tokens) : tokens
  }

  return {
    async read(session, handle) {
      const entry = known.get(handle)
      return entry?.sessionId === session.id ? entry?.tokens : readAgain(session, handle)
    },
    readAgain,
    async write(session, handle, tokens) {
      await recordsOf(session).set(handle, tokens, lifetime)
      know(session, handle, tokens)
    },
    async update(session, handle, change) {
      let next: UserTokens | undefined
      const changed = (held: UserTokens | undefined) => (next = held && change(held))
      await recordsOf(session).change(handle, changed, lifetime)
      know(session, handle, next)
    },
    async remove(session, handle) {
      // From now on, whatever was begun before and ends later.
      known.set(handle, { sessionId: session.id ?? '', tokens: undefined }, removedBytes)
      try {
        await recordsOf(session).delete(handle)
      } catch (error) {
        known.delete(handle)
        throw error
      }
    },
    // The sessions' store does not tell whose they are: they go with their sessions.
    removeAllOf: () => Promise.resolve(),
  }
}

function storeOver(aside: SessionAside | undefined): TokenStore {
  if (aside === undefined) throw new TypeError('The session has no store.')
  return {
    get: (key) => aside.read(key),
    set: (key, value, lifetime) => aside.write(key, value, lifetime),
    delete: (key) => aside.remove(key),
  }
}
