import { ConfigurationError } from '../protocol/configuration-error.js'
import { SessionUnavailableError } from '../protocol/sign-in-errors.js'
import type { SessionPort } from '../stores/session-port.js'
import type { RequestView } from './request-view.js'

/**
 * Gives the session of a request that cannot do without one.
 *
 * @throws SessionUnavailableError (ERR_ENTRA_SESSION_UNAVAILABLE) when there were sessions before
 *   and this request has none, because the framework lost the connection to its store;
 *   ConfigurationError (ERR_ENTRA_CONFIGURATION) when there never was one.
 */
export type SessionOf = (request: RequestView) => SessionPort

/** Where the sessions of requests come from: the framework's middleware, or a cookie of ours. */
export interface RequestSessions {
  /** Opens the session of a request; whatever looks at a request first calls it. */
  open(request: RequestView): Promise<SessionPort | undefined>
  /** The session of a request, once it is open. */
  readonly of: SessionOf
  /** Puts what has changed into the answer; the framework's own sessions do so by themselves. */
  commit(request: RequestView): Promise<void>
}

/** The sessions that the framework's session middleware keeps. */
export function createFrameworkSessions(warn: (message: string) => void): RequestSessions {
  let wasSeen = false

  function seen({ session }: RequestView): SessionPort | undefined {
    if (session !== undefined && !wasSeen) {
      wasSeen = true
      for (const doubt of session.doubts ?? []) warn(doubt)
    }
    return session
  }

  return {
    open: (request) => Promise.resolve(seen(request)),
    of(request) {
      const session = seen(request)
      if (session !== undefined) return session
      if (wasSeen) throw new SessionUnavailableError('read')
      throw new ConfigurationError({
        message:
          'signIn() needs a session, and this request has none. Mount the session middleware ' +
          "(express-session, koa-session, @fastify/session) before identity.signIn(), or use signIn({ session: 'cookie' }).",
        option: 'signIn',
      })
    },
    commit: () => Promise.resolve(),
  }
}

/** Said once, when the first session is seen. */
export const strictCookieDoubt =
  'The session cookie has SameSite=Strict. A browser does not send it when it comes back from ' +
  "Entra, so nobody stays signed in. Use sameSite: 'lax'."
