import { asideKey, asideValueOf, type SessionAside } from './session-aside.js'
import { called, withinSessionDeadline } from './session-deadline.js'

type Callback = (error?: unknown) => void

/** What express-session asks of a store, and @fastify/session like it. */
export interface CallbackStore {
  get(id: string, callback: (error: unknown, content?: object | null) => void): void
  set(id: string, session: object, callback: Callback): void
  destroy(id: string, callback: Callback): void
}

export interface CallbackAsideSettings {
  readonly store: CallbackStore
  readonly newId: () => Promise<string>
  /** The store's sessions may be more than their content. */
  readonly sessionWith: (id: string, content: object) => object
}

/** Records in a store that takes sessions: to it each is one, which lasts as long as its cookie. */
export function createCallbackAside(settings: CallbackAsideSettings): SessionAside {
  const { store, newId, sessionWith } = settings
  return {
    newId,
    read: (id) =>
      withinSessionDeadline('read', async () => asideValueOf(await contentUnder(id, store))),
    write: (id, value, lifetime) =>
      withinSessionDeadline('write', () => {
        const cookie = { expires: new Date(Date.now() + lifetime), originalMaxAge: lifetime }
        const session = sessionWith(id, { cookie, [asideKey]: value })
        return called((callback) => {
          store.set(id, session, callback)
        })
      }),
    remove: (id) =>
      withinSessionDeadline('end', () =>
        called((callback) => {
          store.destroy(id, callback)
        }),
      ),
  }
}

function contentUnder(id: string, store: CallbackStore): Promise<unknown> {
  return new Promise((resolve, reject) => {
    store.get(id, (error, content) => {
      // To both frameworks a store that answers ENOENT has no such session.
      const { code } = Object(error) as { code?: unknown }
      if (error === undefined || error === null || code === 'ENOENT') resolve(content)
      else reject(new Error('The session store failed.'))
    })
  })
}
