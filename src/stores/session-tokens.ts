import { encodeBase64Url } from '../platform/base64url.js'
import type { Sealer } from '../platform/seal.js'
import { SessionUnavailableError } from '../protocol/sign-in-errors.js'
import { createAsideTokens } from './aside-tokens.js'
import type { SessionPort } from './session-port.js'
import { storeKeyOf } from './store-key.js'
import type { TokenStore } from './token-store.js'
import { createUserTokenRecords, type TokenOwner } from './user-token-records.js'
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
  remove(session: SessionPort): Promise<void>
  /** What removes the tokens held by now, for when the session has got others. */
  removalOf(session: SessionPort): () => Promise<void>
  /** Drops what the store holds of a user, in whichever session, where the store can tell. */
  removeAllOf(owner: TokenOwner): Promise<void>
}

export interface SessionTokensSettings {
  readonly sealer: Sealer
  readonly clientId: string
  /** Holds the tokens of cookie sessions, which are too large for a cookie. */
  readonly store: TokenStore
  /** How long they are kept, in milliseconds. */
  readonly lifetime: number
  /** What those of sessions on the server may take in this process. */
  readonly cacheBytes: number
}

/** Where the tokens behind a handle are. */
export interface HeldTokens {
  newHandle(session: SessionPort): Promise<string>
  read(session: SessionPort, handle: string): Promise<UserTokens | undefined>
  readAgain(session: SessionPort, handle: string): Promise<UserTokens | undefined>
  write(session: SessionPort, handle: string, tokens: UserTokens): Promise<void>
  update(
    session: SessionPort,
    handle: string,
    change: (held: UserTokens) => UserTokens,
  ): Promise<void>
  remove(session: SessionPort, handle: string): Promise<void>
}

/**
 * A session holds a handle, and the tokens lie elsewhere: a framework's session goes through the
 * framework whole with every request, and a cookie has no room. The tokens of a session on the
 * server are in the same store beside it, those of a cookie session in the TokenStore.
 */
export function createSessionTokens(settings: SessionTokensSettings): SessionTokens {
  const { clientId, store, lifetime } = settings
  const key = `entrada.${clientId}.tokens`
  const records = createUserTokenRecords(store, clientId)
  const recordOf = (handle: string) => storeKeyOf('user-tokens', clientId, handle)
  const aside = createAsideTokens(settings)

  const inStore: HeldTokens = {
    newHandle: (session) => Promise.resolve(handleOf(session) ?? randomHandle()),
    read: async (_session, handle) => records.get(await recordOf(handle)),
    readAgain: async (_session, handle) => records.get(await recordOf(handle)),
    write: async (_session, handle, tokens) =>
      records.set(await recordOf(handle), tokens, lifetime),
    update: async (_session, handle, change) =>
      records.change(await recordOf(handle), (held) => held && change(held), lifetime),
    remove: async (_session, handle) => records.delete(await recordOf(handle)),
  }

  const heldBy = (session: SessionPort) => (session.aside === undefined ? inStore : aside)

  function handleOf(session: SessionPort): string | undefined {
    const held = session.read(key)
    return typeof held === 'string' ? held : undefined
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
      const held = heldBy(session)
      const handle = await held.newHandle(session)
      await held.write(session, handle, tokens)
      if (handle !== handleOf(session)) session.write(key, handle)
    },
    async update(session, change) {
      const handle = handleOf(session)
      if (handle !== undefined) await heldBy(session).update(session, handle, change)
    },
    async remove(session) {
      const handle = handleOf(session)
      session.remove(key)
      if (handle !== undefined) await heldBy(session).remove(session, handle)
    },
    removalOf(session) {
      const handle = handleOf(session)
      const held = heldBy(session)
      return async () => {
        if (handle === undefined || handle === handleOf(session)) return
        await held.remove(session, handle).catch(unlessStoreIsAway)
      }
    },
    removeAllOf: (owner) => records.deleteAllOf(owner),
  }
}

/** What was to be removed is then gone when its time is over. */
function unlessStoreIsAway(error: unknown): void {
  if (!(error instanceof SessionUnavailableError)) throw error
}

function randomHandle(): string {
  return encodeBase64Url(crypto.getRandomValues(new Uint8Array(16)))
}
