import type { Header } from './reply.js'

export interface CookieAttributes {
  readonly secure: boolean
  readonly sameSite: 'Lax' | 'None'
  /** Seconds until the browser forgets it; 0 removes it now. */
  readonly maxAge: number
}

/** Browsers take 4096 bytes, name and attributes included. */
export const mostCookieBytes = 3_800

/** A cookie as the browser sent it; a name may come more than once. */
export type Cookie = readonly [name: string, value: string]

/** Reads a `Cookie` header in order, as it is: nothing is decoded, nothing merged. */
export function cookiesOf(header: string | undefined): Cookie[] {
  const cookies: Cookie[] = []
  for (const pair of header?.split(';') ?? []) {
    const equals = pair.indexOf('=')
    if (equals !== -1) cookies.push([pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()])
  }
  return cookies
}

/** The values of the cookies of one name, in order. */
export function cookieValuesOf(header: string | undefined, name: string): string[] {
  // Most requests that bring other cookies need no closer look.
  if (header?.includes(name) !== true) return []
  return cookiesOf(header)
    .filter(([one]) => one === name)
    .map(([, value]) => value)
}

/** `Set-Cookie` for a cookie of ours: for the whole host, out of reach of scripts (RFC 6265bis). */
export function setCookie(name: string, value: string, attributes: CookieAttributes): Header {
  const { secure, sameSite, maxAge } = attributes
  return [
    'Set-Cookie',
    `${name}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=${sameSite}` +
      (secure ? '; Secure' : ''),
  ]
}

/** The name with `__Host-` where the browser enforces what the prefix promises: over https. */
export function hostCookieName(name: string, secureOrigin: boolean): string {
  return secureOrigin ? `__Host-${name}` : name
}
