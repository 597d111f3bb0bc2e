import { encodeBase64Url } from '../platform/base64url.js'
import type { Sealer, Unsealed } from '../platform/seal.js'
import { frozen } from '../protocol/frozen.js'
import { SessionUnavailableError } from '../protocol/sign-in-errors.js'
import type { SessionPort } from './session-port.js'
import { storeKeyOf } from './store-key.js'
import type { TokenStore } from './token-store.js'
import { createTurns } from './turns.js'
import { createUserTokenRecords, type TokenOwner } from './user-token-records.js'
import { mergedTokens, type UserTokens } from './user-tokens.js'

/** The signed-in user's tokens, wherever the kind of session lets them live. */
export interface SessionTokens {
  /** What tells this session from every other in this process; never leaves it. */
  nameOf(session: SessionPort): string
  /** As this request sees them. */
  read(session: SessionPort): Promise<UserTokens | undefined>
  /** Past this request's copy, so that what another request has renewed is seen. */
  readAgain(session: SessionPort): Promise<UserTokens | undefined>
  /** Into this request's session; the framework saves it with the response. */
  write(session: SessionPort, tokens: UserTokens): Promise<void>
  /**
   * Changes what the session holds by now, saved at once, so that the next request has it. A
   * session that has ended meanwhile stays ended.
   */
  update(session: SessionPort, change: (held: UserTokens) => UserTokens): Promise<void>
  /**
   * The same when the response may be over. A session on the server is written by requests only,
   * because it is saved as a whole and another request may have changed the rest of it: the change
   * is left beside it, where `readAgain` finds it and the next `update` or `adopt` takes it over.
   *
   * @param lifetime Milliseconds for which it is left.
   */
  updateBehind(
    session: SessionPort,
    change: (held: UserTokens) => UserTokens,
    lifetime: number,
  ): Promise<void>
  /** Takes over what was left beside the session, if anything was. */
  adopt(session: SessionPort): Promise<void>
  remove(session: SessionPort): Promise<void>
  /** Drops what the store holds of a user, in whichever session, where the store can tell. */
  removeAllOf(owner: TokenOwner): Promise<void>
}

export interface SessionTokensSettings {
  readonly sealer: Sealer
  readonly clientId: string
  /** Holds the tokens of cookie sessions, which are too large for a cookie. */
  readonly store: TokenStore
  /** How long `store` keeps them, in milliseconds. */
  readonly lifetime: number
}

/**
 * A session on the server holds the tokens itself, sealed with its id: a record that turns up in
 * another session does not open. A cookie session holds a random handle, and the store the tokens.
 */
export function createSessionTokens(settings: SessionTokensSettings): SessionTokens {
  const { sealer, clientId, store, lifetime } = settings
  const key = `entrada.${clientId}.tokens`
  const records = createUserTokenRecords(store, clientId)
  const inTurn = createTurns()

  async function opened(value: unknown, session: SessionPort): Promise<UserTokens | undefined> {
    if (typeof value !== 'string') return undefined
    if (session.kind === 'cookie') return records.get(await recordOf(value))
    const sealed = await sealer.open('user-tokens', value, [clientId, session.id ?? ''])
    return sealed?.as(tokensIn)
  }

  async function write(session: SessionPort, tokens: UserTokens): Promise<void> {
    if (session.kind === 'server') {
      const text = JSON.stringify(tokens)
      session.write(key, await sealer.seal('user-tokens', text, [clientId, session.id ?? '']))
      return
    }
    const handle = handleOf(session) ?? randomHandle()
    if (handle !== handleOf(session)) session.write(key, handle)
    await records.set(await recordOf(handle), tokens, lifetime)
  }

  function handleOf(session: SessionPort): string | undefined {
    const held = session.read(key)
    return typeof held === 'string' ? held : undefined
  }

  const recordOf = (handle: string) => storeKeyOf('user-tokens', clientId, handle)
  const recordBeside = ({ id = '' }: SessionPort) => storeKeyOf('renewed-tokens', clientId, id)

  /** Only a help: without the store a session on the server is what it holds itself. */
  async function leftBeside(session: SessionPort): Promise<UserTokens | undefined> {
    try {
      return await records.get(await recordBeside(session))
    } catch (error) {
      if (error instanceof SessionUnavailableError) return undefined
      throw error
    }
  }

  async function stored(session: SessionPort): Promise<UserTokens | undefined> {
    const value = session.readStored === undefined ? session.read(key) : session.readStored(key)
    return opened(await value, session)
  }

  async function readAgain(session: SessionPort): Promise<UserTokens | undefined> {
    if (session.kind === 'cookie') return opened(session.read(key), session)
    const held = await stored(session)
    return held && mergedTokens(held, await leftBeside(session))
  }

  type Change = (held: UserTokens) => UserTokens

  async function changeRecord(session: SessionPort, change: Change): Promise<void> {
    const handle = handleOf(session)
    if (handle === undefined) return
    await records.change(await recordOf(handle), (held) => held && change(held), lifetime)
  }

  /** One after the other: each reads what the one before has saved. */
  function changeSession(session: SessionPort, change: Change): Promise<void> {
    return inTurn(session.id ?? '', async () => {
      const [held, left] = await Promise.all([stored(session), leftBeside(session)])
      if (held === undefined) return
      await write(session, change(mergedTokens(held, left)))
      await session.save()
      if (left !== undefined) await records.delete(await recordBeside(session))
    })
  }

  return {
    nameOf: (session) => session.id ?? String(session.read(key)),
    read: (session) => opened(session.read(key), session),
    readAgain,
    write,
    update: (session, change) =>
      session.kind === 'cookie' ? changeRecord(session, change) : changeSession(session, change),
    async updateBehind(session, change, forMilliseconds) {
      if (session.kind === 'cookie') return changeRecord(session, change)
      const held = await stored(session)
      if (held === undefined) return
      await records.change(
        await recordBeside(session),
        (left) => change(mergedTokens(held, left)),
        forMilliseconds,
      )
    },
    async adopt(session) {
      if (session.kind === 'cookie' || (await leftBeside(session)) === undefined) return
      await changeSession(session, (held) => held)
    },
    async remove(session) {
      const handle = handleOf(session)
      session.remove(key)
      if (handle === undefined) return
      const isHandle = session.kind === 'cookie'
      await records.delete(await (isHandle ? recordOf(handle) : recordBeside(session)))
    },
    removeAllOf: (owner) => records.deleteAllOf(owner),
  }
}

function tokensIn({ text }: Unsealed): UserTokens {
  return frozen(JSON.parse(text) as UserTokens) // written above
}

function randomHandle(): string {
  return encodeBase64Url(crypto.getRandomValues(new Uint8Array(16)))
}
