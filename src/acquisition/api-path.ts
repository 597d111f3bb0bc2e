import { EgressRefusedError } from '../protocol/egress-refused-error.js'
import type { DownstreamApi } from './downstream-api.js'
import { pathFaultIn } from './path-fault.js'

/**
 * The address of a path below an API's base URL; one that leads anywhere else is refused.
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
  if (typeof path !== 'string') return pathFaultIn(path)
  if (/^[a-z][a-z0-9+.-]*:/i.test(path)) return 'is an address of its own'
  if (path.startsWith('//')) return 'begins with "//", which names a host'
  const fault = pathFaultIn(path)
  if (fault !== undefined) return fault
  return /[^\x21-\x7e\u0080-\uffff]/.test(path) ? 'holds a space or a control character' : undefined
}
