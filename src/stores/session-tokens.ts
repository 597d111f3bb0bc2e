import type { Clock } from '../platform/clock.js'
import type { Sealer } from '../platform/seal.js'
import { createAsideTokens } from './aside-tokens.js'
import { createMemoryTokens } from './memory-tokens.js'
import { randomHandle } from './random-handle.js'
import { sessionKeyOf } from './session-key.js'
import type { SessionPort } from './session-port.js'
import { createStoreTokens } from './store-tokens.js'
import type { TokenStore } from './token-store.js'
import type { TokenOwner } from './user-token-records.js'
import { unlessStoreIsAway } from './unless-store-is-away.js'
import type { UserTokens } from './user-tokens.js'

/** The signed-in user's tokens, wherever the kind of session lets them live. */
export interface SessionTokens {
  /** What tells this session from every other in this process; never leaves it. */
  nameOf(session: SessionPort): string
  /** As this process knows them. */
  read(session: SessionPort): Promise<UserTokens | undefined>
  /** Past what this process knows, so that what another one has renewed is seen. */
  readAgain(session: SessionPort): Promise<UserTokens | undefined>
  /** For a session that is about to be saved. */
  write(session: SessionPort, tokens: UserTokens): Promise<void>
  /**
   * Changes what is held by now, whether or not the request is over. A session that has ended
   * meanwhile stays ended.
   */
  update(session: SessionPort, change: (held: UserTokens) => UserTokens): Promise<void>
  /** Keeps what is held for another lifetime. Without the store it is tried again another time. */
  prolong(session: SessionPort): Promise<void>
  remove(session: SessionPort): Promise<void>
  /** What removes the tokens held by now, for when the session has got others. */
  removalOf(session: SessionPort): () => Promise<void>
  /** Drops what the store holds of a user, in whichever session, where the store can tell. */
  removeAllOf(owner: TokenOwner): Promise<void>
}

export interface SessionTokensSettings {
  readonly sealer: Sealer
  readonly clientId: string
  readonly clock: Clock
  /** Holds the tokens of cookie sessions; undefined when processes share nothing. */
  readonly store: TokenStore | undefined
  /** How long they are kept unless that is prolonged, in milliseconds. */
  readonly lifetime: number
  /** Bytes for what is known of those elsewhere; those that are in this process alone have more. */
  readonly cacheBytes: number
}

/**
 * A session holds a handle, and the tokens lie elsewhere: a framework's session goes through the
 * framework whole with every request, and a cookie has no room. The tokens of a session on the
 * server are in the same store beside it, those of a cookie session in the store that the processes
 * share, or in this process when they share none.
 */
export function createSessionTokens(settings: SessionTokensSettings): SessionTokens {
  const key = sessionKeyOf(settings.clientId, 'tokens')
  const { store } = settings
  const aside = createAsideTokens(settings)
  const apart =
    store === undefined ? createMemoryTokens(settings) : createStoreTokens({ ...settings, store })
  const heldBy = (session: SessionPort) => (session.aside === undefined ? apart : aside)

  function handleOf(session: SessionPort): string | undefined {
    const held = session.read(key)
    return typeof held === 'string' ? held : undefined
  }

  /**
   * A session on the server has another handle after each sign-in. A slow request may bring a cookie
   * back that was sent before, so there the handle stays.
   */
  async function handleForSignIn(session: SessionPort): Promise<string> {
    return session.aside?.newId() ?? handleOf(session) ?? randomHandle()
  }

  async function update(
    session: SessionPort,
    change: (held: UserTokens) => UserTokens,
  ): Promise<void> {
    const handle = handleOf(session)
    if (handle !== undefined) await heldBy(session).update(session, handle, change)
  }

  return {
    nameOf: (session) => session.id ?? String(session.read(key)),
    async read(session) {
      const handle = handleOf(session)
      return handle === undefined ? undefined : heldBy(session).read(session, handle)
    },
    async readAgain(session) {
      const handle = handleOf(session)
      return handle === undefined ? undefined : heldBy(session).readAgain(session, handle)
    },
    async write(session, tokens) {
      const handle = await handleForSignIn(session)
      await heldBy(session).write(session, handle, tokens)
      if (handle !== handleOf(session)) session.write(key, handle)
    },
    update,
    prolong: (session) => update(session, (held) => held).catch(unlessStoreIsAway),
    async remove(session) {
      const handle = handleOf(session)
      if (handle !== undefined) await heldBy(session).remove(session, handle)
      session.remove(key)
    },
    removalOf(session) {
      const handle = handleOf(session)
      const held = heldBy(session)
      return async () => {
        if (handle === undefined || handle === handleOf(session)) return
        // What was to be removed is then gone when its time is over.
        await held.remove(session, handle).catch(unlessStoreIsAway)
      }
    },
    removeAllOf: (owner) => apart.removeAllOf(owner),
  }
}
