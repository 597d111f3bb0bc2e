import type { Sealer } from '../platform/seal.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import { frozen } from '../protocol/frozen.js'
import { keptOf, type SessionPort } from '../stores/session-port.js'
import { cookiesOf, setCookie, type CookieAttributes } from './cookies.js'
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

type Content = Record<string, unknown>

interface Opened {
  readonly port: SessionPort
  commit(): Promise<void>
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
  const opened = new WeakMap<object, Promise<Opened>>()
  const ready = new WeakMap<object, Opened>()

  return {
    async open(request) {
      const known = opened.get(request.key)
      const opening = known ?? openFrom(request, settings)
      opened.set(request.key, opening)
      const session = await opening
      ready.set(request.key, session)
      return session.port
    },
    of({ key }) {
      const session = ready.get(key)
      if (session !== undefined) return session.port
      throw new ConfigurationError({
        message: 'identity.signIn() did not see this request. Mount it before the routes.',
        option: 'signIn',
      })
    },
    commit: async ({ key }) => ready.get(key)?.commit(),
  }
}

async function openFrom(request: RequestView, settings: CookieSessionSettings): Promise<Opened> {
  const { sealer, clientId, cookieName, warn } = settings
  const boundTo = [clientId, cookieName]
  const ownPrefix = `entrada.${clientId}.`
  const short = (key: string) => (key.startsWith(ownPrefix) ? key.slice(ownPrefix.length) : key)
  const attributes: CookieAttributes = {
    secure: settings.secure,
    sameSite: 'Lax',
    maxAge: Math.floor(settings.lifetime / 1000),
  }
  const sent = cookiesOf(request.header('cookie')).filter(([name]) => name === cookieName)
  let content = await contentOf(sent.map(([, value]) => value))
  let isChanged = false

  /** Of two cookies with one name, one may be planted by a neighbour: then it is neither (S11). */
  async function contentOf([value, ...more]: readonly string[]): Promise<Content> {
    if (value === undefined || more.length > 0) return {}
    const unsealed = await sealer.open('session', value, boundTo)
    return unsealed === undefined ? {} : unsealed.as(contentIn)
  }

  async function commit(): Promise<void> {
    if (!isChanged) return
    isChanged = false
    const isEmpty = Object.keys(content).length === 0
    if (isEmpty && sent.length === 0) return
    const value = isEmpty ? '' : await sealer.seal('session', JSON.stringify(content), boundTo)
    if (value.length > mostBytes) throw tooLarge(value.length)
    const header = setCookie(cookieName, value, isEmpty ? { ...attributes, maxAge: 0 } : attributes)
    if (!request.addHeaders([header, noStore, varyByCookie])) {
      warn('The answer had begun before the session was saved, so its change is lost.')
    }
  }

  function change(next: Content): void {
    content = next
    isChanged = true
  }

  const port: SessionPort = {
    id: undefined,
    kind: 'cookie',
    read: (key) => (Object.hasOwn(content, short(key)) ? content[short(key)] : undefined),
    write(key, value) {
      change({ ...content, [short(key)]: value })
    },
    remove(key) {
      if (!Object.hasOwn(content, short(key))) return
      change(Object.fromEntries(Object.entries(content).filter(([name]) => name !== short(key))))
    },
    async renew(keep, fill) {
      const before = content
      try {
        const names = keep === 'everything' ? keep : keep.map(short)
        change(Object.fromEntries(keptOf(before, names)))
        await fill(port)
        await commit()
      } catch (error) {
        content = before
        isChanged = false
        throw error
      }
    },
    save: commit,
    destroy() {
      change({})
      return commit()
    },
  }
  return { port, commit }
}

function contentIn(text: string): Content {
  return frozen(JSON.parse(text) as Content) // sealed above, by commit()
}
