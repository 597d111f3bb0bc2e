import { EgressRefusedError } from '../protocol/egress-refused-error.js'
import type { DownstreamApi } from './downstream-api.js'

/**
 * The address of a path below an API's base URL. Paths are often made of what a user typed, so one
 * that leads anywhere else is refused however it is written.
 *
 * @throws EgressRefusedError (ERR_ENTRA_EGRESS_REFUSED)
 */
export function apiUrlOf(path: unknown, { name, baseUrl }: DownstreamApi): URL {
  const fault = faultIn(path)
  if (fault === undefined) return new URL(`${baseUrl}${String(path)}`)
  throw new EgressRefusedError(
    `A path for apis.${name} ${fault}. Expected a path below its base URL such as "/list?top=5", ` +
      'with encodeURIComponent() around values.',
  )
}

function faultIn(path: unknown): string | undefined {
  if (typeof path !== 'string') return `is ${path === null ? 'null' : typeof path}`
  if (/^[a-z][a-z0-9+.-]*:/i.test(path)) return 'is an address of its own'
  if (!path.startsWith('/')) return 'does not begin with "/"'
  if (path.startsWith('//')) return 'begins with "//", which names a host'
  // The URL parser drops some of the other characters, and reads a backslash as a slash.
  if (!/^[\x21-\x5b\x5d-\x7e\u0080-\uffff]+$/.test(path))
    return 'holds a space, a control character or a backslash'
  const [segments = ''] = path.split(/[?#]/, 1)
  return segments.split('/').some(isDotted) ? 'holds "." or ".." as a segment' : undefined
}

/** Also for a server that decodes once more than it should, or that takes `..;` for a parameter of `..`. */
function isDotted(segment: string): boolean {
  let text = segment
  for (let round = 0; round < 3 && text.includes('%'); round += 1) text = decoded(text)
  return text.split(/[\\/]/).some((part) => /^\.\.?(?:;|$)/.test(part))
}

function decoded(text: string): string {
  return text.replaceAll(/%([2-7][0-9a-f])/gi, (_whole, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
}
