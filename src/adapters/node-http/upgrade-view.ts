import type { IncomingMessage } from 'node:http'
import type { RequestView } from '../../middleware/request-view.js'
import { FormInvalidError } from '../../protocol/form-invalid-error.js'
import type { SessionPort } from '../../stores/session-port.js'
import { headerOf, rawValuesOf } from './raw-header.js'

/**
 * A request that changes protocols (WebSocket) as the core sees it: there is no framework around
 * it, no answer to add to, and a session only where the session middleware was run on it.
 */
export function upgradeViewOf(
  request: IncomingMessage,
  session: SessionPort | undefined,
): RequestView {
  return {
    key: request,
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    authorization: rawValuesOf(request, 'authorization'),
    header: (name) => headerOf(request, name),
    form: () => Promise.reject(new FormInvalidError()),
    addHeaders: () => false,
    session,
  }
}
