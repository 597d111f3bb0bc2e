/** The longest return address that is kept; it travels in a cookie. */
const longestReturnTo = 2_000
const mostEncodings = 4
// A base to resolve against; `.invalid` can be nobody's host (RFC 2606).
const base = 'https://return.invalid'

export interface ReturnToRules {
  /** Where to go when the address is not safe or not given. */
  readonly fallback: string
  /** Paths never to return to: a sign-in that ends on its own routes would start again. */
  readonly never: readonly string[]
}

/**
 * Where the browser goes after a sign-in: a path on this origin, kept to the letter, or the
 * fallback. Anything that a browser, or a proxy that decodes or joins paths, could take for
 * another host is refused, and so is what is no text or not well formed.
 */
export function returnToOf(value: unknown, rules: ReturnToRules): string {
  return isLocalPath(value) && !leadsTo(value, rules.never) ? value : rules.fallback
}

/** Whether the value is a path on this origin for every reader: browser, proxy and framework. */
export function isLocalPath(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > longestReturnTo) return false
  if (!value.startsWith('/') || hasControlCharacter(value) || !URL.canParse(value, base))
    return false
  return new URL(value, base).origin === base && isLocalInEveryDecoding(pathPartOf(value))
}

/** The address as an ASCII header value: characters beyond ASCII as the percent-encoded UTF-8. */
export function locationOf(returnTo: string): string {
  return returnTo.replace(/[^\x21-\x7e]+/gu, (text) => encodeURIComponent(text))
}

/** Whether two paths name the same route: case, encoding and a trailing slash do not matter. */
function leadsTo(value: string, paths: readonly string[]): boolean {
  const path = routeOf(pathPartOf(value))
  return paths.some((candidate) => routeOf(candidate) === path)
}

function routeOf(path: string): string {
  let decoded = resolved(path)
  for (let round = 0; round < mostEncodings; round += 1) decoded = decodedOnce(decoded) ?? decoded
  return resolved(decoded).toLowerCase().replace(/\/+$/, '')
}

/** Some proxies decode a path before they pass it on, so every decoding must be local as well. */
function isLocalInEveryDecoding(path: string): boolean {
  let current = path
  for (let round = 0; round < mostEncodings; round += 1) {
    if (!isLocalAsItStands(current)) return false
    const next = decodedOnce(current)
    if (next === undefined) return round > 0
    if (next === current) return true
    current = next
  }
  return false
}

function isLocalAsItStands(path: string): boolean {
  if (path.includes('\\') || hasControlCharacter(path)) return false
  return !path.startsWith('//') && !resolved(path).startsWith('//')
}

/** With its dot segments taken out, as a browser does it; `%2e` is a dot to a browser. */
function resolved(path: string): string {
  const segments: string[] = []
  const [last, ...others] = path.split('/').slice(1).reverse()
  for (const segment of others.reverse()) {
    if (dotsOf(segment) === '..') segments.pop()
    else if (dotsOf(segment) !== '.') segments.push(segment)
  }
  if (dotsOf(last) === '..') segments.pop()
  return `/${[...segments, /^\.\.?$/.test(dotsOf(last)) ? '' : last].join('/')}`
}

function dotsOf(segment = ''): string {
  return segment.replace(/%2e/gi, '.')
}

function decodedOnce(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

function pathPartOf(value: string): string {
  return /^[^?#]*/.exec(value)?.[0] ?? ''
}

/** Controls of C0 and C1, line separators, lone surrogates, and what undecodable bytes become. */
function hasControlCharacter(text: string): boolean {
  return /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufeff\ufffd]/u.test(text)
}
