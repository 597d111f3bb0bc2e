import { encodeBase64Url } from '../platform/base64url.js'
import type { Sealer } from '../platform/seal.js'
import { frozen } from '../protocol/frozen.js'
import type { SessionPort } from './session-port.js'
import type { TokenStore } from './token-store.js'
import type { UserTokens } from './user-tokens.js'

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
  /** Into the session and saved at once, so that the next request has them. */
  save(session: SessionPort, tokens: UserTokens): Promise<void>
  remove(session: SessionPort): Promise<void>
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

  async function opened(value: unknown, session: SessionPort): Promise<UserTokens | undefined> {
    if (typeof value !== 'string') return undefined
    if (session.kind === 'cookie') {
      const text = await store.get(await storeKeyOf(value))
      return text === undefined ? undefined : (JSON.parse(text) as UserTokens) // written below
    }
    const sealed = await sealer.open('user-tokens', value, [clientId, session.id ?? ''])
    return sealed?.as(tokensIn)
  }

  async function write(session: SessionPort, tokens: UserTokens): Promise<void> {
    const text = JSON.stringify(tokens)
    if (session.kind === 'server') {
      session.write(key, await sealer.seal('user-tokens', text, [clientId, session.id ?? '']))
      return
    }
    const held = session.read(key)
    const handle = typeof held === 'string' ? held : randomHandle()
    if (handle !== held) session.write(key, handle)
    await store.set(await storeKeyOf(handle), text, lifetime)
  }

  async function storeKeyOf(handle: string): Promise<string> {
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(handle))
    return `user-tokens:${clientId}:${encodeBase64Url(new Uint8Array(digest))}`
  }

  return {
    nameOf: (session) => session.id ?? String(session.read(key)),
    read: (session) => opened(session.read(key), session),
    readAgain: async (session) =>
      opened(
        session.kind === 'server' && session.readStored !== undefined
          ? await session.readStored(key)
          : session.read(key),
        session,
      ),
    write,
    async save(session, tokens) {
      await write(session, tokens)
      await session.save()
    },
    async remove(session) {
      const held = session.read(key)
      session.remove(key)
      if (session.kind === 'cookie' && typeof held === 'string') {
        await store.delete(await storeKeyOf(held))
      }
    },
  }
}

function tokensIn(text: string): UserTokens {
  return frozen(JSON.parse(text) as UserTokens) // written above
}

function randomHandle(): string {
  return encodeBase64Url(crypto.getRandomValues(new Uint8Array(16)))
}
