import { isGuid } from '../protocol/tenant.js'
import type { RequestView } from './request-view.js'

type Asking = Pick<RequestView, 'key' | 'header'>

/**
 * The id under which a request is found in logs, here and at Microsoft: the GUID that it brought as
 * `client-request-id` or `x-correlation-id`, or a new one. It is the same however often it is asked
 * for. Anything else that these headers hold is not taken over.
 */
export function createCorrelation(): (request: Asking) => string {
  const known = new WeakMap<object, string>()
  return (request) => {
    const before = known.get(request.key)
    if (before !== undefined) return before
    const id = broughtBy(request) ?? crypto.randomUUID()
    known.set(request.key, id)
    return id
  }
}

function broughtBy(request: Asking): string | undefined {
  return ['client-request-id', 'x-correlation-id']
    .map((name) => request.header(name)?.toLowerCase())
    .find(isGuid)
}
