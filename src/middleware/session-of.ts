import { ConfigurationError } from '../protocol/configuration-error.js'
import { SessionUnavailableError } from '../protocol/sign-in-errors.js'
import type { SessionPort } from '../stores/session-port.js'
import type { RequestView } from './request-view.js'

let wasSeen = false

/**
 * The session of a request that cannot do without one.
 *
 * @throws SessionUnavailableError (ERR_ENTRA_SESSION_UNAVAILABLE) when the framework has sessions
 *   but lost the connection to its store; ConfigurationError when there never was a session.
 */
export function sessionOf(request: RequestView): SessionPort {
  const { session } = request
  if (session !== undefined) {
    wasSeen = true
    return session
  }
  if (wasSeen) throw new SessionUnavailableError('read')
  throw new ConfigurationError({
    message:
      'signIn() needs a session, and this request has none. Mount the session middleware ' +
      '(express-session, koa-session) before identity.signIn().',
    option: 'signIn',
  })
}
