import type { SessionPort } from '../../stores/session-port.js'
import { isSecureSession, secureSessionOf } from './secure-session.js'
import { isServerSession, serverSessionOf } from './server-session.js'

/**
 * The session that @fastify/session (on the server) or @fastify/secure-session (in the cookie)
 * holds for a request; undefined when neither is registered.
 */
export function sessionOf(request: object): SessionPort | undefined {
  if (isSecureSession(request)) return secureSessionOf(request)
  return isServerSession(request) ? serverSessionOf(request) : undefined
}
