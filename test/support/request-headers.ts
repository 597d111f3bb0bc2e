import { isTrustworthy, siteOf, type CookieJar } from './cookie-jar.js'

/** What causes a request: the window goes somewhere, a frame loads, a script calls fetch(). */
export type RequestKind = 'navigation' | 'frame' | 'script'

export interface Cause {
  kind: RequestKind
  method: string
  target: URL
  /** The page that causes it; none for an address the user typed. */
  from?: { url: string; headers: Headers } | undefined
  /** The addresses that redirected here. */
  redirectedBy: readonly string[]
}

/** The headers a browser would add to a request, as Chromium does on http://localhost. */
export function browserHeaders(cause: Cause, cookies: CookieJar): Record<string, string> {
  const { kind, method, target, from } = cause
  const initiator = from === undefined ? undefined : new URL(from.url).origin
  const topLevel = kind === 'navigation'
  return definedOnly({
    host: target.host,
    'user-agent': 'Mozilla/5.0 (entrada tests)',
    accept: kind === 'script' ? '*/*' : 'text/html,application/xhtml+xml,*/*;q=0.8',
    'accept-language': 'en',
    cookie: cookies.headerFor(target, { method, initiator, topLevel }),
    origin: needsOrigin(cause, initiator) ? originHeader(cause) : undefined,
    referer: refererHeader(cause),
    ...(isTrustworthy(target) && {
      'sec-fetch-site': fetchSite(cause),
      'sec-fetch-mode': kind === 'script' ? 'cors' : 'navigate',
      'sec-fetch-dest': { navigation: 'document', frame: 'iframe', script: 'empty' }[kind],
    }),
  })
}

function needsOrigin({ kind, method, target }: Cause, initiator: string | undefined): boolean {
  const reads = ['GET', 'HEAD'].includes(method)
  return !reads || (kind === 'script' && initiator !== undefined && initiator !== target.origin)
}

/** `null` when the page keeps its address to itself, or a foreign server passed the request on. */
function originHeader(cause: Cause): string | undefined {
  if (cause.from === undefined) return 'null'
  const origin = new URL(cause.from.url).origin
  const policy = referrerPolicy(cause.from.headers)
  const hidden =
    policy === 'no-referrer' || (policy === 'same-origin' && cause.target.origin !== origin)
  const isTainted = cause.redirectedBy.some((url) => new URL(url).origin !== origin)
  return (hidden && cause.kind !== 'script') || isTainted ? 'null' : origin
}

function refererHeader({ from, target }: Cause): string | undefined {
  if (from === undefined) return undefined
  const page = new URL(from.url)
  const policy = referrerPolicy(from.headers)
  const crosses = page.origin !== target.origin
  if (policy === 'no-referrer' || (policy === 'same-origin' && crosses)) return undefined
  return crosses || policy === 'strict-origin' || policy === 'origin'
    ? `${page.origin}/`
    : page.origin + page.pathname + page.search
}

/** The farthest relation between the page and any address on the way (Fetch Metadata). */
function fetchSite({ from, target, redirectedBy }: Cause): string {
  if (from === undefined) return 'none'
  const page = new URL(from.url)
  const way = [...redirectedBy.map((url) => new URL(url)), target]
  if (way.every(({ origin }) => origin === page.origin)) return 'same-origin'
  return way.every((url) => siteOf(url) === siteOf(page)) ? 'same-site' : 'cross-site'
}

function referrerPolicy(headers: Headers): string {
  const policies = (headers.get('referrer-policy') ?? '').split(',')
  return policies.at(-1)?.trim().toLowerCase() ?? ''
}

function definedOnly(headers: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  )
}
