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
  open(request: RequestView): SessionPort | undefined | Promise<SessionPort | undefined>
  /** The session of a request, once it is open. */
  readonly of: SessionOf
  /** Puts what has changed into the answer; the framework's own sessions do so by themselves. */
  commit(request: RequestView): void | Promise<void>
}

/** The sessions that the framework's session middleware keeps. */
export function createFrameworkSessions(warn: (message: string) => void): RequestSessions {
  let wasSeen = false
  let wasResaved = false
  let watchesLeft = mostWatches
  const watched = new WeakSet()

  /** Session middleware does not tell how it is set up, so the first sessions show it. */
  function watch(key: object, session: SessionPort | undefined): void {
    if (watchesLeft === 0 || session?.onNeedlessSave === undefined || watched.has(key)) return
    watched.add(key)
    watchesLeft -= 1
    session.onNeedlessSave(() => {
      if (!wasResaved) warn(resaveDoubt)
      wasResaved = true
      watchesLeft = 0
    })
  }

  function seen(session: SessionPort | undefined): SessionPort | undefined {
    if (session !== undefined && !wasSeen) {
      wasSeen = true
      if (session.isStrict === true) warn(strictCookieDoubt)
      for (const doubt of session.doubts ?? []) warn(doubt)
    }
    return session
  }

  return {
    open({ key, session }) {
      watch(key, session)
      return seen(session)
    },
    of(request) {
      // Not counted as seen: a guard behind the session middleware has a session also where
      // signIn() is mounted in front of it and never sees one.
      const { session } = request
      if (session !== undefined) return session
      if (wasSeen) throw new SessionUnavailableError('read')
      throw new ConfigurationError({
        message:
          'signIn() needs a session, and this request has none. Mount the session middleware ' +
          "(express-session, koa-session, @fastify/session) before identity.signIn(), or use signIn({ session: 'cookie' }).",
        option: 'signIn',
      })
    },
    commit: () => undefined,
  }
}

const mostWatches = 20

const resaveDoubt =
  'The session is saved although the request has changed nothing in it: two requests at the same time ' +
  'then undo what the other has saved, such as a renewed token. Use resave: false.'

/** Said once, when the first session is seen. */
const strictCookieDoubt =
  'The session cookie has SameSite=Strict. A browser does not send it with a link from another site: ' +
  'whoever follows one is led to Entra and back, and each sign-in takes a page more. Use ' +
  "sameSite: 'lax', unless that is what you want."
