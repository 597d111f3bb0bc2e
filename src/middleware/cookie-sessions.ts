import { packed, unpacked } from '../platform/packed-json.js'
import type { Sealer, Unsealed } from '../platform/seal.js'
import { after } from '../protocol/at-once.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import { frozen } from '../protocol/frozen.js'
import { keptOf, type SessionKeep, type SessionPort } from '../stores/session-port.js'
import { cookieValuesOf, setCookie, type CookieAttributes } from './cookies.js'
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

/** Browsers take 4096 bytes, name and attributes included. */
const mostBytes = 3_800

/** S13: said at the sign-in, when nothing has been written yet. */
function tooLarge(bytes: number): ConfigurationError {
  return new ConfigurationError({
    message:
      `The sign-in takes ${bytes} bytes, and its cookie holds ${mostBytes}. Let afterSignIn answer less, or ` +
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
  const opened = new WeakMap<object, CookieSession | Promise<CookieSession>>()

  function openAnew(request: RequestView): CookieSession | Promise<CookieSession> {
    const values = cookieValuesOf(request.header('cookie'), cookieName)
    const [value] = values
    const session = (unsealed: Unsealed | undefined) => {
      const begun = new CookieSession({ request, place, wasSent: value !== undefined, unsealed })
      opened.set(request.key, begun)
      return begun
    }
    // Of two cookies with one name, one may be planted by a neighbour: then it is neither (S11).
    if (value === undefined || values.length > 1) return session(undefined)
    return after(sealer.open('session', value, place.boundTo), session)
  }

  return {
    open(request) {
      const known = opened.get(request.key)
      if (known !== undefined) return known
      const session = openAnew(request)
      opened.set(request.key, session)
      return session
    },
    of({ key }) {
      const session = opened.get(key)
      if (session instanceof CookieSession) return session
      throw new ConfigurationError({
        message: 'identity.signIn() did not see this request. Mount it before the routes.',
        option: 'signIn',
      })
    },
    commit({ key }) {
      const session = opened.get(key)
      return session instanceof CookieSession ? session.commit() : undefined
    },
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
  const prefix = `entrada.${clientId}.`
  const ownNames = new Map(['account', 'tokens', 'history'].map((name) => [prefix + name, name[0]]))
  return {
    settings,
    attributes: { secure, sameSite: 'Lax', maxAge: Math.floor(lifetime / 1000) },
    boundTo: [clientId, cookieName],
    nameFor: (key) => ownNames.get(key) ?? key,
  }
}

type Content = Readonly<Record<string, unknown>>

const nothing: Content = Object.freeze({})

/** A class, so that a request costs one small object: functions are shared by all. */
class CookieSession implements SessionPort {
  readonly id = undefined
  readonly kind = 'cookie'
  readonly isSealed = true
  readonly #request: RequestView
  readonly #place: Place
  readonly #wasSent: boolean
  #content: Content
  #isChanged: boolean

  constructor(from: {
    readonly request: RequestView
    readonly place: Place
    readonly wasSent: boolean
    readonly unsealed: Unsealed | undefined
  }) {
    const { unsealed } = from
    this.#request = from.request
    this.#place = from.place
    this.#wasSent = from.wasSent
    this.#content = unsealed === undefined ? nothing : unsealed.as(contentIn)
    // What an older secret of the ring has opened is sealed again, with the newest.
    this.#isChanged = unsealed?.current === false
  }

  read(key: string): unknown {
    const name = this.#place.nameFor(key)
    return Object.hasOwn(this.#content, name) ? this.#content[name] : undefined
  }

  write(key: string, value: unknown): void {
    this.#change({ ...this.#content, [this.#place.nameFor(key)]: value })
  }

  remove(key: string): void {
    const name = this.#place.nameFor(key)
    if (!Object.hasOwn(this.#content, name)) return
    this.#change(Object.fromEntries(Object.entries(this.#content).filter(([one]) => one !== name)))
  }

  async renew(keep: SessionKeep, fill: (session: SessionPort) => Promise<void>): Promise<void> {
    const before = this.#content
    try {
      const names = keep === 'everything' ? keep : keep.map((key) => this.#place.nameFor(key))
      this.#change(Object.fromEntries(keptOf(before, names)))
      await fill(this)
      await this.save()
    } catch (error) {
      this.#content = before
      this.#isChanged = false
      throw error
    }
  }

  async save(): Promise<void> {
    await this.commit()
  }

  async destroy(): Promise<void> {
    this.#change(nothing)
    await this.commit()
  }

  commit(): void | Promise<void> {
    return this.#isChanged ? this.#send() : undefined
  }

  #change(next: Content): void {
    this.#content = next
    this.#isChanged = true
  }

  async #send(): Promise<void> {
    this.#isChanged = false
    const { settings, attributes, boundTo } = this.#place
    const { sealer, cookieName, warn } = settings
    const isEmpty = Object.keys(this.#content).length === 0
    if (isEmpty && !this.#wasSent) return
    const value = isEmpty ? '' : await sealer.seal('session', packed(this.#content), boundTo)
    if (value.length > mostBytes) throw tooLarge(value.length)
    const header = setCookie(cookieName, value, isEmpty ? { ...attributes, maxAge: 0 } : attributes)
    if (!this.#request.addHeaders([header, noStore, varyByCookie])) {
      warn('The answer had begun before the session was saved, so its change is lost.')
    }
  }
}

function contentIn({ bytes }: Unsealed): Content {
  return frozen(unpacked(bytes) as Content) // sealed by #send()
}
