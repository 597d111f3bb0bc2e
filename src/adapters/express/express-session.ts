import { createCallbackAside, type CallbackStore } from '../../stores/callback-aside.js'
import { called, withinSessionDeadline } from '../../stores/session-deadline.js'
import type { SessionAside } from '../../stores/session-aside.js'
import { keptOf, type SessionKeep, type SessionPort } from '../../stores/session-port.js'

type Callback = (error?: unknown) => void
type Content = Record<string, unknown>

/** What express-session puts on a request; written out so that our types need no other package. */
interface RequestWithSession {
  session?: Content & { save(callback: Callback): unknown; destroy(callback: Callback): unknown }
  sessionID?: string
  sessionStore?: CallbackStore & {
    generate(request: object): void
    createSession(request: object, content: object): object
  }
}

type Mounted = Required<RequestWithSession>

const withSession = new WeakSet<object>()

/** The session that express-session holds for a request; undefined when it is not mounted. */
export function sessionOf(request: object): SessionPort | undefined {
  const candidate: RequestWithSession = request
  if (!isMounted(candidate)) return undefined
  withSession.add(request)
  return new ExpressSession(candidate)
}

/**
 * Whether express-session is mounted but its store could not give this request a session: the
 * middleware then leaves its store on the request and no session. A session that a handler ended
 * was there before.
 */
export function isSessionStoreDown(request: object): boolean {
  const candidate: RequestWithSession = request
  const hasNone = candidate.sessionStore !== undefined && candidate.session === undefined
  return hasNone && !withSession.has(request)
}

function isMounted(request: RequestWithSession): request is Mounted {
  return (
    typeof request.session?.save === 'function' &&
    typeof request.sessionID === 'string' &&
    request.sessionStore !== undefined
  )
}

/** A class, so that a request costs one small object: getters and functions are shared by all. */
class ExpressSession implements SessionPort {
  readonly kind = 'server'
  readonly #request: Mounted

  constructor(request: Mounted) {
    this.#request = request
  }

  get id(): string {
    return this.#request.sessionID
  }

  get isStrict(): boolean {
    return isStrict(this.#request.session['cookie'])
  }

  get doubts(): readonly string[] {
    return isWithheld(this.#request) ? [insecureDoubt] : []
  }

  onNeedlessSave(tell: () => void): void {
    watchSave(this.#request.session, tell)
  }

  read(key: string): unknown {
    return valueOf(this.#request.session, key)
  }

  write(key: string, value: unknown): void {
    this.#request.session[key] = value
  }

  remove(key: string): void {
    Reflect.deleteProperty(this.#request.session, key)
  }

  renew(keep: SessionKeep, fill: (session: SessionPort) => Promise<void>): Promise<void> {
    return renew(this.#request, keep, () => fill(this))
  }

  save(): Promise<void> {
    return withinSessionDeadline('write', () =>
      called((callback) => this.#request.session.save(callback)),
    )
  }

  destroy(): Promise<void> {
    return destroy(this.#request)
  }

  get aside(): SessionAside {
    return asideOf(this.#request)
  }
}

/**
 * Said once, at the first session, for nobody would stay signed in: express-session sends no secure
 * cookie over http.
 */
const insecureDoubt =
  'The session cookie is Secure and the request came by http, so express-session does not send it, ' +
  "and each sign-in leads to another one. Behind a proxy that ends https use app.set('trust proxy', 1), " +
  "unless session({ proxy: true }) says so already; on http://localhost use cookie: { secure: 'auto' }."

/**
 * Express says by which protocol a request came, with what it believes of a proxy; a request that
 * changes protocols has not been to Express, and says nothing.
 */
function isWithheld(request: Mounted): boolean {
  const { secure } = Object(request.session['cookie']) as { secure?: unknown }
  return secure === true && 'secure' in request && request.secure === false
}

/** express-session's cookie object; `true` is its word for Strict. */
function isStrict(cookie: unknown): boolean {
  const { sameSite } = Object(cookie) as { sameSite?: unknown }
  return sameSite === true || String(sameSite).toLowerCase() === 'strict'
}

function watchSave(session: Mounted['session'], tell: () => void): void {
  const contentNow = () => JSON.stringify({ ...session, cookie: undefined })
  const before = contentNow()
  if (before === '{}') return
  const save = session.save.bind(session)
  const watchedSave: typeof save = (callback) => {
    if (contentNow() === before) tell()
    return save(callback)
  }
  // As express-session defines its own: no part of the content.
  Object.defineProperty(session, 'save', { value: watchedSave, configurable: true, writable: true })
}

/** The new session is stored before the old one ends, so a failure on the way loses nothing. */
async function renew(
  request: Mounted,
  keep: SessionKeep,
  fill: () => Promise<void>,
): Promise<void> {
  const { session: previous, sessionID: previousId } = request
  try {
    request.sessionStore.generate(request)
    for (const [key, value] of keptOf(previous, keep)) {
      if (key !== 'cookie') request.session[key] = value
    }
    await fill()
    await withinSessionDeadline('renew', async () => {
      await called((callback) => request.session.save(callback))
      await called((callback) => request.sessionStore.destroy(previousId, callback))
    })
  } catch (error) {
    request.session = previous
    request.sessionID = previousId
    throw error
  }
}

function asideOf(request: Mounted): SessionAside {
  const { sessionStore: store } = request
  return createCallbackAside({
    store,
    newId() {
      // A request with room for another session, so that its own stays what it is.
      const beside = Object.create(request) as Mounted
      store.generate(beside)
      return Promise.resolve(beside.sessionID)
    },
    sessionWith: (id, content) =>
      store.createSession({ sessionID: id, sessionStore: store }, content),
  })
}

/** express-session takes the session off the request first; it comes back when the store fails. */
async function destroy(request: Mounted): Promise<void> {
  const { session } = request
  try {
    await withinSessionDeadline('end', () => called((callback) => session.destroy(callback)))
  } catch (error) {
    request.session = session
    throw error
  }
}

/** Own keys only; a session that was just ended has none. */
function valueOf(content: Content | null | undefined, key: string): unknown {
  return content && Object.hasOwn(content, key) ? content[key] : undefined
}
