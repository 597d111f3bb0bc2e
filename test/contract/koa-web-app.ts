import Koa from 'koa'
import session from 'koa-session'
import { entra } from 'entrada/koa'
import { pageRoutes, tasksScope, type WebFramework } from './web-app.js'

function memoryStore() {
  const sessions = new Map<string, string>()
  return {
    get: (id: string) => Promise.resolve(JSON.parse(sessions.get(id) ?? 'null') as object | null),
    set: (id: string, content: object) => {
      sessions.set(id, JSON.stringify(content))
      return Promise.resolve()
    },
    destroy: (id: string) => {
      sessions.delete(id)
      return Promise.resolve()
    },
  }
}

const mountWith =
  (sessions: 'store' | 'cookie' | 'ours'): WebFramework['mount'] =>
  (options) => {
    const identity = entra(options.entra)
    const app = new Koa()
    app.silent = true // Koa prints unhandled errors otherwise
    app.keys = ['contract']
    app.use(identity.errors())
    if (sessions !== 'ours') {
      app.use(session(sessions === 'store' ? { store: memoryStore() } : {}, app))
    }
    if (options.adminConsent) app.use(identity.adminConsent(options.adminConsent))
    app.use(
      identity.signIn({
        ...options.signIn,
        session: sessions === 'ours' ? 'cookie' : 'framework',
      }),
    )

    const routes = new Map<string, readonly Koa.Middleware[]>()
    const answer =
      (of: (context: Koa.Context) => unknown): Koa.Middleware =>
      async (context) => {
        context.body = await of(context)
      }
    const home = answer((context) => ({ name: identity.accountIfAny(context)?.name ?? null }))
    routes.set(pageRoutes.home, [home])
    routes.set(pageRoutes.private, [
      identity.requireSignIn(),
      answer((context) => identity.account(context)),
    ])
    routes.set(pageRoutes.inbox, [
      identity.requireToken('Mail.Read'),
      answer((context) => identity.forUser(context).graph.get('/me/messages')),
    ])
    routes.set(pageRoutes.tasks, [
      identity.requireToken(tasksScope),
      answer((context) => identity.forUser(context).token(tasksScope)),
    ])
    routes.set(pageRoutes.late, [
      identity.requireSignIn(),
      answer(async (context) => (await identity.forUser(context).token('Calendars.Read')).scopes),
    ])
    routes.set(pageRoutes.broken, [
      () => {
        throw new TypeError('the handler is broken')
      },
    ])
    app.use(async (context, next) => {
      const [first, second] = routes.get(context.path) ?? []
      await first?.(context, async () => {
        await second?.(context, next)
      })
    })
    return (request, response) => void app.callback()(request, response)
  }

export const koaWebApps: readonly WebFramework[] = [
  { name: 'Koa 3 with koa-session and a store', mount: mountWith('store') },
  { name: 'Koa 3 with koa-session in the cookie', mount: mountWith('cookie') },
  { name: 'Koa 3 without session middleware', mount: mountWith('ours') },
]
