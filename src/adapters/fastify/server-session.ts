import { createCallbackAside, type CallbackStore } from '../../stores/callback-aside.js'
import { called, withinSessionDeadline } from '../../stores/session-deadline.js'
import type { SessionAside } from '../../stores/session-aside.js'
import { keptOf, type SessionKeep, type SessionPort } from '../../stores/session-port.js'

type Callback = (error?: unknown) => void
type Content = Record<string, unknown>

/** @fastify/session's session; its methods and its id are on the prototype, so they are no content. */
type Session = Content & {
  readonly sessionId: string
  save(): Promise<void>
  destroy(): Promise<void>
}

/** What @fastify/session puts on a request; written out so that our types need no other package. */
interface WithSession {
  session: Session | null
  readonly protocol: string
  readonly sessionStore: CallbackStore
  readonly server: { decryptSession(id: string, request: object, callback: Callback): void }
}

/** Requests whose session the store has given; one whose session has ended is still such a one. */
const given = new WeakSet<object>()
/** Requests whose session the store has failed to take. */
const failed = new WeakSet<object>()

export function isServerSession(request: object): request is WithSession {
  const { session, sessionStore } = request as Partial<WithSession> // looked at before it is used
  return sessionStore !== undefined && typeof session?.sessionId === 'string'
}

/**
 * Whether @fastify/session is registered but its store could not give this request a session:
 * while the plugin asks, an empty object is in its place.
 */
export function isSessionStoreDown(request: object): boolean {
  const { session, sessionStore } = request as Partial<WithSession> // looked at before it is used
  const isAsked = sessionStore !== undefined && session !== null && !isServerSession(request)
  return isAsked && !given.has(request)
}

/** The plugin saves with every answer; what its store has just failed to take would fail again. */
export function leaveFailedSession(request: object): void {
  if (failed.has(request) && isServerSession(request)) Object.assign(request, { session: null })
}

export function serverSessionOf(request: WithSession): SessionPort {
  given.add(request)
  const port: SessionPort = {
    get id() {
      return request.session?.sessionId
    },
    kind: 'server',
    get isStrict() {
      return isStrict(request)
    },
    get doubts() {
      return isLost(request) ? [insecureDoubt] : []
    },
    read: (key) => valueOf(request.session, key),
    write: (key, value) => {
      if (request.session) request.session[key] = value
    },
    remove: (key) => {
      if (request.session) Reflect.deleteProperty(request.session, key)
    },
    renew: (keep, fill) => noting(request, () => renew(request, keep, () => fill(port))),
    save: () =>
      noting(request, () => withinSessionDeadline('write', async () => request.session?.save())),
    destroy: () => noting(request, () => destroy(request)),
    get aside() {
      return asideOf(request)
    },
  }
  return port
}

async function noting(request: WithSession, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    failed.add(request)
    throw error
  }
}

const insecureDoubt =
  'The session cookie is Secure and the request came by http, so @fastify/session does not send ' +
  "it and nobody stays signed in. Use cookie: { secure: 'auto' }; behind a proxy also trustProxy."

function isStrict({ session }: WithSession): boolean {
  const { sameSite } = Object(session?.['cookie']) as { sameSite?: unknown }
  return sameSite === true || String(sameSite).toLowerCase() === 'strict'
}

function isLost({ session, protocol }: WithSession): boolean {
  const { secure } = Object(session?.['cookie']) as { secure?: unknown }
  return secure === true && protocol !== 'https'
}

/** The new session is stored before the old one ends, so a failure on the way loses nothing. */
async function renew(
  request: WithSession,
  keep: SessionKeep,
  fill: () => Promise<void>,
): Promise<void> {
  const { session: previous } = request
  try {
    await begin(request)
    for (const [key, value] of keptOf(previous ?? {}, keep)) {
      if (key !== 'cookie' && request.session) request.session[key] = value
    }
    await fill()
    await withinSessionDeadline('renew', async () => {
      await request.session?.save()
      if (previous === null) return
      await called((callback) => request.sessionStore.destroy(previous.sessionId, callback))
    })
  } catch (error) {
    request.session = previous
    throw error
  }
}

/** An id without a signature makes the plugin begin a new session, and its store is not asked. */
function begin(request: WithSession): Promise<void> {
  return called((callback) => request.server.decryptSession('none', request, callback))
}

/** The plugin takes the session off the request even when its store fails; then it comes back. */
async function destroy(request: WithSession): Promise<void> {
  const { session } = request
  try {
    await withinSessionDeadline('end', async () => session?.destroy())
  } catch (error) {
    request.session = session
    throw error
  }
}

function asideOf(request: WithSession): SessionAside {
  return createCallbackAside({
    store: request.sessionStore,
    async newId() {
      // A request with room for another session, so that its own stays what it is.
      const beside = Object.create(request) as WithSession
      await begin(beside)
      return beside.session?.sessionId ?? ''
    },
    sessionWith: (_id, content) => content,
  })
}

/** Own keys only; a session that was just ended has none. */
function valueOf(content: Content | null | undefined, key: string): unknown {
  return content && Object.hasOwn(content, key) ? content[key] : undefined
}
