import express5, { type Request, type RequestHandler } from 'express'
import express4 from 'express4'
import session from 'express-session'
import helmet from 'helmet'
import { entra } from 'entrada/express'
import { pageRoutes, tasksScope, type WebFramework } from './web-app.js'

const mountWith =
  (express: typeof express5, sessions: 'express-session' | 'ours'): WebFramework['mount'] =>
  (options) => {
    const identity = entra(options.entra)
    const app = express()
    app.set('env', 'test') // Express prints unhandled errors in other environments
    const directives = { formAction: identity.formActionSources }
    app.use(helmet({ contentSecurityPolicy: { directives } }))
    if (options.adminConsent) app.use(identity.adminConsent(options.adminConsent))
    if (sessions === 'express-session') {
      app.use(session({ secret: 'contract', resave: false, saveUninitialized: false }))
      app.use(identity.signIn(options.signIn))
    } else {
      app.use(identity.signIn({ ...options.signIn, session: 'cookie' }))
    }

    const answer =
      (of: (request: Request) => unknown): RequestHandler =>
      (request, response, next) => {
        Promise.resolve(of(request)).then((value) => response.json(value), next)
      }
    app.get(
      pageRoutes.home,
      answer((request) => ({ name: identity.accountIfAny(request)?.name ?? null })),
    )
    app.all(
      pageRoutes.private,
      identity.requireSignIn(),
      answer((request) => identity.account(request)),
    )
    app.get(
      pageRoutes.inbox,
      identity.requireToken('Mail.Read'),
      answer((request) => identity.forUser(request).graph.get('/me/messages')),
    )
    app.get(
      pageRoutes.tasks,
      identity.requireToken(tasksScope),
      answer((request) => identity.forUser(request).token(tasksScope)),
    )
    app.get(pageRoutes.late, identity.requireSignIn(), (request, response, next) => {
      identity
        .forUser(request)
        .token('Calendars.Read')
        .then((token) => response.json(token.scopes), next)
    })
    app.get(pageRoutes.broken, () => {
      throw new TypeError('the handler is broken')
    })
    app.use(identity.errors())
    return app
  }

export const expressWebApps: readonly WebFramework[] = [
  { name: 'Express 5 with express-session', mount: mountWith(express5, 'express-session') },
  { name: 'Express 5 without session middleware', mount: mountWith(express5, 'ours') },
  { name: 'Express 4 with express-session', mount: mountWith(express4, 'express-session') },
]
