import Koa from 'koa'
import { entra } from 'entrada/koa'
import { apiRoutes, type Framework, type MountApi } from './api-app.js'

const mount: MountApi = (options) => {
  const identity = entra(options)
  const app = new Koa()
  app.silent = true // Koa prints unhandled errors otherwise
  const routes = new Map<string, readonly Koa.Middleware[]>()
  const answerCaller: Koa.Middleware = (context) => {
    context.body = identity.caller(context)
  }
  const answer =
    (of: (context: Koa.Context) => Promise<unknown>): Koa.Middleware =>
    async (context) => {
      context.body = await of(context)
    }

  routes.set(apiRoutes.tasks, [identity.requireScopes('Tasks.Read'), answerCaller])
  routes.set(apiRoutes.both, [identity.requireScopes('Tasks.Read', 'Tasks.Write'), answerCaller])
  routes.set(apiRoutes.either, [
    identity.requireAnyScope('Tasks.Read', 'Tasks.Write'),
    answerCaller,
  ])
  routes.set(apiRoutes.report, [
    identity.requireAccess({
      user: { scopes: ['Tasks.Read'] },
      app: { roles: ['Tasks.Read.All'] },
    }),
    answerCaller,
  ])
  routes.set(apiRoutes.job, [identity.requireAppRoles('Tasks.Read.All'), answerCaller])
  routes.set(apiRoutes.admin, [identity.requireUserRoles('Tasks.Admin'), answerCaller])
  routes.set(apiRoutes.me, [
    identity.requireScopes('access_as_user'),
    answer((context) => identity.onBehalfOf(context).graph.get('/me')),
  ])
  routes.set(apiRoutes.mail, [
    identity.requireScopes('access_as_user'),
    answer((context) => identity.onBehalfOf(context).graph.get('/me/messages')),
  ])
  routes.set(apiRoutes.users, [
    identity.requireAppRoles('Tasks.Read.All'),
    answer(() => identity.forApp().graph.get('/users')),
  ])
  routes.set(apiRoutes.unguarded, [answerCaller])
  routes.set(apiRoutes.broken, [
    identity.requireScopes('Tasks.Read'),
    () => {
      throw new TypeError('the handler is broken')
    },
  ])

  app.use((context, next) => {
    const [guard, handler] = routes.get(context.path) ?? []
    if (guard === undefined) return next()
    return guard(context, async () => {
      await handler?.(context, next)
    }) as Promise<void> // Koa types what middleware returns as any
  })
  return (request, response) => void app.callback()(request, response)
}

export const koaFrameworks: readonly Framework[] = [{ name: 'Koa 3', mount }]
