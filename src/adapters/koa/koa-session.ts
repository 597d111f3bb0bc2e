import { withinSessionDeadline } from '../../stores/session-deadline.js'
import { asideKey, asideValueOf, type SessionAside } from '../../stores/session-aside.js'
import { keptOf, type SessionKeep, type SessionPort } from '../../stores/session-port.js'

type Content = Record<string, unknown>

/** koa-session's session object; its methods are on the prototype, so they are never content. */
type KoaSession = Content & {
  readonly externalKey?: string | undefined
  toJSON(): Content
  save(): Promise<void>
  regenerate(): unknown
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
  /** The id of the session; the next content that is set on the context gets it. */
  externalKey?: string | undefined
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

/**
 * The new session is stored before the old one ends, so a failure on the way loses nothing.
 * koa-session's own regenerate() ends the old one first.
 */
async function renew(
  context: ContextWithSession,
  keep: SessionKeep,
  fill: () => Promise<void>,
): Promise<void> {
  const own = ownObjectOf(context)
  const { externalKey: previousId } = own
  const previous = heldBy(context)?.toJSON() ?? {}
  try {
    if (own.store !== undefined) own.externalKey = newIdFor(context)
    context.session = Object.fromEntries(keptOf(previous, keep))
    await fill()
    await withinSessionDeadline('renew', async () => {
      await heldBy(context)?.save()
      if (previousId !== undefined) await own.store?.destroy(previousId, { ctx: context })
    })
  } catch (error) {
    own.externalKey = previousId
    context.session = previous
    throw error
  }
}

function newIdFor(context: ContextWithSession): string {
  const { genid = () => crypto.randomUUID() } = context.sessionOptions ?? {}
  return genid(context)
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
  const options = { ctx: context, rolling: false }
  return {
    newId: () => Promise.resolve(newIdFor(context)),
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
