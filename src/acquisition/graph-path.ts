import { EgressRefusedError } from '../protocol/egress-refused-error.js'
import { pathFaultIn } from './path-fault.js'

/**
 * The address of a Graph path: of version v1.0 unless it names one. A link that Graph gave, such as
 * `@odata.deltaLink`, stays what it is; where it leads is for the egress rules to judge.
 *
 * @throws EgressRefusedError (ERR_ENTRA_EGRESS_REFUSED) for what is neither.
 */
export function graphUrlOf(path: string, endpoint: string): URL {
  const isLink = /^https?:\/\//i.test(path) && URL.canParse(path)
  const below = isLink ? path.replace(/^https?:\/\/[^/\\?#]*|#.*$/gi, '') : path
  const fault = isLink && below === '' ? undefined : pathFaultIn(below)
  if (fault !== undefined) {
    throw new EgressRefusedError(
      `A Graph path ${fault}. Expected a path such as "/me", with encodeURIComponent() around values.`,
    )
  }
  if (isLink) return new URL(path)
  // Put behind the origin as text, so that no path can lead to another host.
  return new URL(`${endpoint}${/^\/(?:v1\.0|beta)\//i.test(path) ? '' : '/v1.0'}${path}`)
}

/**
 * R06: `/me` in any spelling that Graph takes for it.
 *
 * @throws EgressRefusedError (ERR_ENTRA_EGRESS_REFUSED)
 */
export function refuseMe(url: URL): void {
  const [version, first] = url.pathname.split('/').filter(Boolean).map(decoded)
  if (first !== 'me' || (version !== 'v1.0' && version !== 'beta')) return
  throw new EgressRefusedError(
    'Graph has no /me for an app-only token: /me is the signed-in user, and an app-only token has ' +
      'none. Use forUser() or onBehalfOf(), or name the user: /users/{id}.',
  )
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment).toLowerCase()
  } catch {
    return segment
  }
}
