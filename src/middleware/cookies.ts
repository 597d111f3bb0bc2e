import type { Header } from './reply.js'

export interface CookieAttributes {
  readonly secure: boolean
  readonly sameSite: 'Lax' | 'None'
  /** Seconds until the browser forgets it; 0 removes it now. */
  readonly maxAge: number
}

/** A cookie as the browser sent it; a name may come more than once. */
export type Cookie = readonly [name: string, value: string]

/** Reads a `Cookie` header in order, as it is: nothing is decoded, nothing merged. */
export function cookiesOf(header: string | undefined): Cookie[] {
  if (header === undefined) return []
  return header.split(';').flatMap((pair): Cookie[] => {
    const equals = pair.indexOf('=')
    return equals === -1 ? [] : [[pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()]]
  })
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
