import { packed, unpacked } from '../platform/packed-json.js'
import type { Sealer, Unsealed } from '../platform/seal.js'
import { after, isLater } from '../protocol/at-once.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import { frozen } from '../protocol/frozen.js'
import { sessionKeyOf, sessionParts } from '../stores/session-key.js'
import { keptOf, type SessionKeep, type SessionPort } from '../stores/session-port.js'
import { cookieValuesOf, mostCookieBytes, setCookie, type CookieAttributes } from './cookies.js'
import { noStore, varyByCookie } from './reply.js'
import type { RequestView } from './request-view.js'
import type { RequestSessions } from './session-of.js'

export interface CookieSessionSettings {
  readonly sealer: Sealer
  readonly clientId: string
  /** With `__Host-` on https. */
  readonly cookieName: string
  readonly secure: boolean
  /** Milliseconds after which the browser forgets it; what counts stands inside the seal. */
  readonly lifetime: number
  readonly warn: (message: string) => void
}

/** Bytes that a cookie may grow after the sign-in: when the user was last seen is noted in it. */
const growth = 100

/** S13: said at the sign-in, when nothing has been written yet. */
function tooLarge(bytes: number): ConfigurationError {
  return new ConfigurationError({
    message:
      `The sign-in takes ${bytes} bytes, with what afterSignIn answers and the user's app roles, and its cookie holds ` +
      `${mostCookieBytes}. Let afterSignIn answer less, assign fewer or shorter roles, or ` +
      "keep sessions on the server: session middleware with a store, and signIn({ session: 'framework' }).",
    option: 'signIn.session',
  })
}

/**
 * Sessions of our own, for an app without session middleware: who is signed in, sealed in one
 * cookie. Tokens are too large for it and live in the TokenStore.
 */
export function createCookieSessions(settings: CookieSessionSettings): RequestSessions {
  const { sealer, cookieName } = settings
  const place = placeOf(settings)
  // What is remembered of a request must not lead back to it: until the next full collection of
  // garbage it would keep the request, and with it all of its answer.
  const opened = new WeakMap<object, State | Promise<State>>()

  function openAnew({ key, header }: OpenedRequest): State | Promise<State> {
    const values = cookieValuesOf(header, cookieName)
    const [value] = values
    const begin = (unsealed: Unsealed | undefined) => {
      const state = stateOf(unsealed, value !== undefined)
      opened.set(key, state)
      return state
    }
    // Of two cookies with one name, one may be planted by a neighbour: then it is neither (S11).
    if (value === undefined || values.length > 1) return begin(undefined)
    const later = after(sealer.open('session', value, place.boundTo), begin)
    if (isLater(later)) opened.set(key, later)
    return later
  }

  return {
    open(request) {
      const { key } = request
      const state = opened.get(key) ?? openAnew({ key, header: request.header('cookie') })
      return after(state, (known) => new CookieSession(request, place, known))
    },
    of(request) {
      const state = opened.get(request.key)
      if (state !== undefined && !isLater(state)) return new CookieSession(request, place, state)
      throw new ConfigurationError({
        message: 'identity.signIn() did not see this request. Mount it before the routes.',
        option: 'signIn',
      })
    },
    commit(request) {
      const state = opened.get(request.key)
      if (state === undefined || isLater(state) || !state.isChanged) return undefined
      return new CookieSession(request, place, state).save()
    },
  }
}

interface OpenedRequest {
  readonly key: object
  readonly header: string | undefined
}

/** What is known of one request's session. */
interface State {
  readonly wasSent: boolean
  content: Content
  isChanged: boolean
}

function stateOf(unsealed: Unsealed | undefined, wasSent: boolean): State {
  return {
    wasSent,
    content: unsealed === undefined ? nothing : unsealed.as(contentIn),
    // What an older secret of the ring has opened is sealed again, with the newest.
    isChanged: unsealed?.current === false,
  }
}

/** What is the same for every request. */
interface Place {
  readonly settings: CookieSessionSettings
  readonly attributes: CookieAttributes
  readonly boundTo: readonly string[]
  /** Under which name the content holds a value: short, where it is one of ours. */
  nameFor(key: string): string
}

function placeOf(settings: CookieSessionSettings): Place {
  const { clientId, cookieName, secure, lifetime } = settings
  const ownNames = new Map(sessionParts.map((name) => [sessionKeyOf(clientId, name), name[0]]))
  return {
    settings,
    attributes: { secure, sameSite: 'Lax', maxAge: Math.floor(lifetime / 1000) },
    boundTo: [clientId, cookieName],
    nameFor: (key) => ownNames.get(key) ?? key,
  }
}

type Content = Readonly<Record<string, unknown>>

const nothing: Content = Object.freeze({})

/** A class, so that it costs one small object: functions are shared by all. */
class CookieSession implements SessionPort {
  readonly #request: RequestView
  readonly #place: Place
  readonly #state: State

  constructor(request: RequestView, place: Place, state: State) {
    this.#request = request
    this.#place = place
    this.#state = state
  }

  get id(): undefined {
    return undefined
  }

  get kind() {
    return 'cookie' as const
  }

  get isSealed(): boolean {
    return true
  }

  read(key: string): unknown {
    const { content } = this.#state
    const name = this.#place.nameFor(key)
    return Object.hasOwn(content, name) ? content[name] : undefined
  }

  write(key: string, value: unknown): void {
    this.#change({ ...this.#state.content, [this.#place.nameFor(key)]: value })
  }

  remove(key: string): void {
    const { content } = this.#state
    const name = this.#place.nameFor(key)
    if (!Object.hasOwn(content, name)) return
    this.#change(Object.fromEntries(Object.entries(content).filter(([one]) => one !== name)))
  }

  async renew(keep: SessionKeep, fill: (session: SessionPort) => Promise<void>): Promise<void> {
    const before = this.#state.content
    try {
      const names = keep === 'everything' ? keep : keep.map((key) => this.#place.nameFor(key))
      this.#change(Object.fromEntries(keptOf(before, names)))
      await fill(this)
      await this.#save(mostCookieBytes)
    } catch (error) {
      this.#state.content = before
      this.#state.isChanged = false
      throw error
    }
  }

  destroy(): Promise<void> {
    this.#change(nothing)
    return this.save()
  }

  save(): Promise<void> {
    return this.#save(mostCookieBytes + growth)
  }

  async #save(mostBytes: number): Promise<void> {
    const state = this.#state
    if (!state.isChanged) return
    state.isChanged = false
    const { settings, attributes, boundTo } = this.#place
    const { sealer, cookieName, warn } = settings
    const isEmpty = Object.keys(state.content).length === 0
    if (isEmpty && !state.wasSent) return
    const value = isEmpty ? '' : await sealer.seal('session', packed(state.content), boundTo)
    if (value.length > mostBytes) throw tooLarge(value.length)
    const header = setCookie(cookieName, value, isEmpty ? { ...attributes, maxAge: 0 } : attributes)
    if (!this.#request.addHeaders([header, noStore, varyByCookie])) {
      warn('The answer had begun before the session was saved, so its change is lost.')
    }
  }

  #change(next: Content): void {
    this.#state.content = next
    this.#state.isChanged = true
  }
}

function contentIn({ bytes }: Unsealed): Content {
  return frozen(unpacked(bytes) as Content) // sealed by save()
}
