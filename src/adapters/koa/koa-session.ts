import { withinSessionDeadline } from '../../stores/session-deadline.js'
import { asideKey, asideValueOf, type SessionAside } from '../../stores/session-aside.js'
import { keptOf, type SessionKeep, type SessionPort } from '../../stores/session-port.js'

type Content = Record<string, unknown>

/** koa-session's session object; its methods are on the prototype, so they are never content. */
type KoaSession = Content & {
  readonly externalKey?: string | undefined
  toJSON(): Content
  save(): Promise<void>
  regenerate(): Promise<void>
  manuallyCommit(): Promise<void>
}

/** What koa-session asks of an external store. */
interface SessionStore {
  get(id: string, maxAge: unknown, options: object): Promise<unknown>
  set(id: string, content: object, maxAge: unknown, options: object): Promise<unknown>
  destroy(id: string, options: object): Promise<unknown>
}

/** What koa-session puts on a context; written out so that our types need no other package. */
interface ContextWithSession {
  session?: KoaSession | Content | null
  sessionOptions?: { readonly sameSite?: unknown; readonly genid?: (context: object) => string }
}

/**
 * The session that koa-session holds for a context; undefined when it is not mounted. With an
 * external store the content stays on the server, without one it travels in the cookie.
 */
export function sessionOf(context: object): SessionPort | undefined {
  const candidate: ContextWithSession = context
  return isKoaSession(candidate.session) ? portOver(candidate) : undefined
}

/**
 * Whether koa-session asked its store for this context's session and the store failed: its own
 * object is then on the context, with a store and without a session.
 */
export function isSessionStoreDown(context: object): boolean {
  const { store, session } = ownObjectOf(context)
  return store !== undefined && session === undefined
}

interface OwnObject {
  readonly store?: SessionStore
  readonly session?: unknown
}

/** koa-session's own object for a context: with the store, wherever its options have it from. */
function ownObjectOf(context: object): OwnObject {
  const symbol = Object.getOwnPropertySymbols(context).find(
    ({ description }) => description === 'contextSession instance',
  )
  const held: unknown = symbol && (context as Record<symbol, unknown>)[symbol] // its own symbols
  return Object(held) as OwnObject
}

function isKoaSession(session: ContextWithSession['session']): session is KoaSession {
  return typeof session?.manuallyCommit === 'function' && typeof session.regenerate === 'function'
}

function portOver(context: ContextWithSession): SessionPort {
  const port: SessionPort = {
    get id() {
      return heldBy(context)?.externalKey
    },
    get kind() {
      return heldBy(context)?.externalKey === undefined ? 'cookie' : 'server'
    },
    get isStrict() {
      return isStrict(context.sessionOptions?.sameSite)
    },
    read: (key) => {
      const session = heldBy(context)
      return session !== undefined && Object.hasOwn(session, key) ? session[key] : undefined
    },
    write: (key, value) => {
      context.session ??= {}
      context.session[key] = value
    },
    remove: (key) => {
      if (context.session) Reflect.deleteProperty(context.session, key)
    },
    renew: (keep, fill) => renew(context, keep, () => fill(port)),
    save: () => withinSessionDeadline('write', async () => heldBy(context)?.save()),
    destroy: () => destroy(context),
    get aside() {
      return asideOf(context)
    },
  }
  return port
}

function isStrict(sameSite: unknown): boolean {
  return sameSite === true || String(sameSite).toLowerCase() === 'strict'
}

function heldBy(context: ContextWithSession): KoaSession | undefined {
  return isKoaSession(context.session) ? context.session : undefined
}

async function renew(
  context: ContextWithSession,
  keep: SessionKeep,
  fill: () => Promise<void>,
): Promise<void> {
  const previous = heldBy(context)?.toJSON() ?? {}
  const kept = Object.fromEntries(keptOf(previous, keep))
  try {
    context.session = kept
    await withinSessionDeadline('renew', async () => heldBy(context)?.regenerate())
    // koa-session's object remembers the id it was made with: a fresh one knows the new id.
    context.session = { ...kept }
    await fill()
    await withinSessionDeadline('renew', async () => heldBy(context)?.save())
  } catch (error) {
    context.session = previous
    throw error
  }
}

/** The object still commits after the context lets go of it, and then removes what is stored. */
async function destroy(context: ContextWithSession): Promise<void> {
  const session = heldBy(context)
  const content = session?.toJSON()
  try {
    context.session = null
    await withinSessionDeadline('end', async () => session?.manuallyCommit())
  } catch (error) {
    context.session = content ?? {}
    throw error
  }
}

/** The records are sessions to the store; koa-session gives them an age of their own. */
function asideOf(context: ContextWithSession): SessionAside | undefined {
  const { store } = ownObjectOf(context)
  if (store === undefined) return undefined
  const { genid = () => crypto.randomUUID() } = context.sessionOptions ?? {}
  const options = { ctx: context, rolling: false }
  return {
    newId: () => Promise.resolve(genid(context)),
    read: (id) =>
      withinSessionDeadline('read', async () =>
        asideValueOf(await store.get(id, undefined, options)),
      ),
    write: (id, value, lifetime) =>
      withinSessionDeadline('write', async () => {
        const content = { [asideKey]: value, _expire: Date.now() + lifetime, _maxAge: lifetime }
        await store.set(id, content, lifetime, { ...options, changed: true })
      }),
    remove: (id) =>
      withinSessionDeadline('end', async () => {
        await store.destroy(id, { ctx: context })
      }),
  }
}
