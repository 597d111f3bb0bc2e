import { withinSessionDeadline } from '../../stores/session-deadline.js'
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

/** What koa-session puts on a context; written out so that our types need no other package. */
interface ContextWithSession {
  session?: KoaSession | Content | null
  sessionOptions?: {
    readonly store?: { get(key: string, maxAge: unknown, context: object): Promise<unknown> }
    readonly maxAge?: unknown
    readonly rolling?: unknown
    readonly sameSite?: unknown
  }
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
  const held = Object.getOwnPropertySymbols(context)
    .filter(({ description }) => description === 'contextSession instance')
    .map((symbol) => (context as Record<symbol, unknown>)[symbol]) // its own symbols
  return held.some((one) => {
    const { store, session } = Object(one) as { store?: unknown; session?: unknown }
    return store !== undefined && session === undefined
  })
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
    readStored: (key) => withinSessionDeadline('read', () => readStored(context, key)),
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

async function readStored(context: ContextWithSession, key: string): Promise<unknown> {
  const { store, maxAge, rolling } = context.sessionOptions ?? {}
  const id = heldBy(context)?.externalKey
  if (store === undefined || id === undefined) return heldBy(context)?.[key]
  const content = await store.get(id, maxAge, { ctx: context, rolling })
  return typeof content === 'object' && content !== null && Object.hasOwn(content, key)
    ? (content as Content)[key] // an object with this own key
    : undefined
}
