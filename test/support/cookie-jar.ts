/** How a request comes about, as far as SameSite is concerned (RFC 6265bis section 5.2). */
interface CookieContext {
  method: string
  /** The origin of the page that caused the request; undefined for an address typed by the user. */
  initiator?: string | undefined
  /** A navigation of the window itself, not a frame, an image or a fetch. */
  topLevel: boolean
}

interface StoredCookie {
  name: string
  value: string
  host: string
  /** Whether subdomains get it too, which takes a Domain attribute. */
  subdomains: boolean
  path: string
  secure: boolean
  httpOnly: boolean
  sameSite: 'strict' | 'lax' | 'none'
  /** Milliseconds; undefined for a session cookie. */
  expiresAt?: number
}

export interface CookieJar {
  /** Takes what a response at `url` sets, refusing what a browser refuses. */
  store(url: URL, setCookie: readonly string[]): void
  /** The Cookie header for a request, or undefined when there is nothing to send. */
  headerFor(url: URL, context: CookieContext): string | undefined
  /** The value of one cookie that a page at `url` would get. */
  valueOf(url: string | URL, name: string): string | undefined
  all(): readonly StoredCookie[]
  clear(): void
}

export interface CookieJarOptions {
  now?: () => number
  /**
   * Browsers give a cookie to every port of its host. Tests run many applications on one host, so
   * this jar keeps ports apart unless told otherwise.
   */
  portsShareCookies?: boolean
}

const largestCookie = 4096

export function createCookieJar(options: CookieJarOptions = {}): CookieJar {
  const { now = Date.now, portsShareCookies = false } = options
  const cookies = new Map<string, StoredCookie>()
  const hostOf = (url: URL) => (portsShareCookies ? url.hostname : url.host)

  const matching = (url: URL, mayBeSent: (cookie: StoredCookie) => boolean) =>
    [...cookies.values()]
      .filter((cookie) => (cookie.expiresAt ?? Infinity) > now())
      .filter(
        (cookie) => hostMatches(cookie, hostOf(url)) && pathMatches(cookie.path, url.pathname),
      )
      .filter((cookie) => (!cookie.secure || isTrustworthy(url)) && mayBeSent(cookie))
      .sort((a, b) => b.path.length - a.path.length)

  return {
    store(url, setCookie) {
      for (const header of setCookie) {
        const cookie = parseCookie(header, { url, host: hostOf(url), now: now() })
        if (cookie === undefined) continue
        const key = [cookie.name, cookie.host, cookie.path].join('\n')
        // A cookie that is replaced keeps its place; one that has expired leaves.
        if ((cookie.expiresAt ?? Infinity) <= now()) cookies.delete(key)
        else cookies.set(key, cookie)
      }
    },
    headerFor(url, context) {
      const sent = matching(url, (cookie) => siteAllows(cookie, url, context))
      return sent.length === 0 ? undefined : sent.map((c) => `${c.name}=${c.value}`).join('; ')
    },
    valueOf(url, name) {
      return matching(new URL(url), (cookie) => cookie.name === name)[0]?.value
    },
    all: () => [...cookies.values()],
    clear: () => cookies.clear(),
  }
}

/** Chromium takes `Secure` (and the `__Host-` prefix) from http on loopback as well. */
export function isTrustworthy(url: URL): boolean {
  return (
    url.protocol === 'https:' ||
    /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname)
  )
}

/** Scheme and registrable domain, which two labels are enough for here. */
export function siteOf(url: URL): string {
  const isAddress = /^(?:[\d.]+|\[.*\])$/.test(url.hostname)
  const domain = isAddress ? url.hostname : url.hostname.split('.').slice(-2).join('.')
  return `${url.protocol}//${domain}`
}

// A cookie without SameSite counts as Lax from its first second on; Chromium's two minutes of grace
// for POST are not something to build on.
function siteAllows(cookie: StoredCookie, url: URL, context: CookieContext): boolean {
  const { method, initiator, topLevel } = context
  const sameSite =
    initiator === undefined || (initiator !== 'null' && siteOf(new URL(initiator)) === siteOf(url))
  if (sameSite || cookie.sameSite === 'none') return true
  return cookie.sameSite === 'lax' && topLevel && ['GET', 'HEAD'].includes(method)
}

function parseCookie(
  header: string,
  { url, host, now }: { url: URL; host: string; now: number },
): StoredCookie | undefined {
  const [pair = '', ...rest] = header.split(';')
  const separator = pair.indexOf('=')
  const name = pair.slice(0, separator).trim()
  const value = pair.slice(separator + 1).trim()
  if (separator < 1 || name.length + value.length > largestCookie) return undefined
  const attributes = attributesOf(rest)
  const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase() ?? ''
  const path = attributes.get('path') ?? ''
  const expiresAt = expiryOf(attributes, now)
  const cookie: StoredCookie = {
    name,
    value,
    host: domain === '' ? host : domain,
    subdomains: domain !== '',
    path: path.startsWith('/') ? path : defaultPath(url.pathname),
    secure: attributes.has('secure'),
    httpOnly: attributes.has('httponly'),
    sameSite: sameSiteOf(attributes.get('samesite')),
    ...(expiresAt !== undefined && { expiresAt }),
  }
  return isAcceptable(cookie, url) ? cookie : undefined
}

function isAcceptable(cookie: StoredCookie, url: URL): boolean {
  if (cookie.secure && !isTrustworthy(url)) return false
  if (cookie.sameSite === 'none' && !cookie.secure) return false
  if (cookie.subdomains && !isWithin(url.hostname, cookie.host)) return false
  if (cookie.name.startsWith('__Secure-')) return cookie.secure
  if (cookie.name.startsWith('__Host-')) {
    return cookie.secure && !cookie.subdomains && cookie.path === '/'
  }
  return true
}

function attributesOf(parts: readonly string[]): Map<string, string> {
  const pairs = parts.map((part): [string, string] => {
    const [name = '', ...value] = part.split('=')
    return [name.trim().toLowerCase(), value.join('=').trim()]
  })
  return new Map(pairs)
}

/** Max-Age wins over Expires (RFC 6265 section 5.3, step 3). */
function expiryOf(attributes: ReadonlyMap<string, string>, now: number): number | undefined {
  const maxAge = attributes.get('max-age')
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return now + Number(maxAge) * 1000
  const expires = Date.parse(attributes.get('expires') ?? '')
  return Number.isNaN(expires) ? undefined : expires
}

function sameSiteOf(text = ''): StoredCookie['sameSite'] {
  const given = text.toLowerCase()
  return given === 'strict' || given === 'none' ? given : 'lax'
}

function hostMatches(cookie: StoredCookie, host: string): boolean {
  return cookie.subdomains ? isWithin(host.replace(/:\d+$/, ''), cookie.host) : cookie.host === host
}

function isWithin(hostname: string, domain: string): boolean {
  return hostname === domain || hostname.endsWith(`.${domain}`)
}

function pathMatches(cookiePath: string, path: string): boolean {
  return (
    path === cookiePath ||
    (path.startsWith(cookiePath) && (cookiePath.endsWith('/') || path[cookiePath.length] === '/'))
  )
}

function defaultPath(path: string): string {
  const end = path.lastIndexOf('/')
  return end <= 0 ? '/' : path.slice(0, end)
}
