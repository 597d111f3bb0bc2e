import express5 from 'express'
import express4 from 'express4'
import { entra } from 'entrada/express'
import { apiRoutes, type Framework, type MountApi } from './api-app.js'

const mountWith =
  (express: typeof express5): MountApi =>
  (options) => {
    const identity = entra(options)
    const app = express()
    app.set('env', 'test') // Express prints unhandled errors in other environments
    const answerCaller: express5.RequestHandler = (request, response) => {
      response.json(identity.caller(request))
    }
    // Express 4 does not wait for promises, so every asynchronous handler passes its error on.
    const answer =
      (of: (request: express5.Request) => Promise<unknown>): express5.RequestHandler =>
      (request, response, next) => {
        of(request).then((value) => response.json(value), next)
      }

    app.get(apiRoutes.tasks, identity.requireScopes('Tasks.Read'), answerCaller)
    app.get(apiRoutes.both, identity.requireScopes('Tasks.Read', 'Tasks.Write'), answerCaller)
    app.get(apiRoutes.either, identity.requireAnyScope('Tasks.Read', 'Tasks.Write'), answerCaller)
    app.get(
      apiRoutes.report,
      identity.requireAccess({
        user: { scopes: ['Tasks.Read'] },
        app: { roles: ['Tasks.Read.All'] },
      }),
      answerCaller,
    )
    app.get(apiRoutes.job, identity.requireAppRoles('Tasks.Read.All'), answerCaller)
    app.get(apiRoutes.admin, identity.requireUserRoles('Tasks.Admin'), answerCaller)
    app.get(
      apiRoutes.me,
      identity.requireScopes('access_as_user'),
      answer((request) => identity.onBehalfOf(request).graph.get('/me')),
    )
    app.get(
      apiRoutes.mail,
      identity.requireScopes('access_as_user'),
      answer((request) => identity.onBehalfOf(request).graph.get('/me/messages')),
    )
    app.get(
      apiRoutes.users,
      identity.requireAppRoles('Tasks.Read.All'),
      answer(() => identity.forApp().graph.get('/users')),
    )
    app.get(apiRoutes.unguarded, answerCaller)
    app.get(apiRoutes.broken, identity.requireScopes('Tasks.Read'), () => {
      throw new TypeError('the handler is broken')
    })
    return app
  }

export const expressFrameworks: readonly Framework[] = [
  { name: 'Express 5', mount: mountWith(express5) },
  { name: 'Express 4', mount: mountWith(express4) },
]
