import Koa from 'koa'
import session from 'koa-session'
import { entra } from 'entrada/koa'
import { handled, ownCookie, type Framework } from '../framework.js'

const build: Framework['build'] = (options, shape) => {
  const identity = entra(options)
  const app = new Koa()
  app.silent = true // Koa prints unhandled errors otherwise
  app.keys = ['contract']
  if (shape.ownHandler !== undefined) app.use(ownHandler(shape.ownHandler))
  if (shape.cors !== undefined) app.use(cors(shape.cors))
  if (shape.bodyParser === 'forms') app.use(readForm)
  if (shape.bodyParser === 'json') app.use(leaveForm)
  if (shape.answeredBy === 'errors()') app.use(identity.errors())
  if (shape.session === 'with koa-session and a store') {
    app.use(session({ store: memoryStore() }, app))
  }
  if (shape.session === 'with koa-session in the cookie') app.use(session({}, app))

  const { prefix = '' } = shape
  for (const plugin of shape.plugins?.(identity) ?? []) app.use(under(prefix, plugin))
  for (const { path, guards, answer } of shape.routes(identity)) {
    for (const guard of guards) app.use(at(prefix + path, guard))
    app.use(
      at(prefix + path, async (context) => {
        context.body = await answer(context)
      }),
    )
  }
  const handle = app.callback()
  return { ...identity, listener: (request, response) => void handle(request, response) }
}

/** What @koa/router does for one path. */
const at =
  (path: string, middleware: Koa.Middleware): Koa.Middleware =>
  async (context, next) => {
    if (context.path === path) await middleware(context, next)
    else await next()
  }

/** What koa-mount does: the path is seen without the prefix, `originalUrl` stays. */
const under = (prefix: string, middleware: Koa.Middleware): Koa.Middleware =>
  async function mounted(context, next) {
    const { path } = context
    if (path.startsWith(prefix)) {
      context.path = path.slice(prefix.length) || '/'
      await middleware(context, async () => {
        context.path = path
        await next()
      })
    } else await next()
  }

const cors =
  (headers: Readonly<Record<string, string>>): Koa.Middleware =>
  (context, next) => {
    context.set(headers)
    if (context.method !== 'OPTIONS') return next()
    context.status = 204
    return undefined
  }

const ownHandler =
  (told: (error: unknown) => void): Koa.Middleware =>
  async (context, next) => {
    try {
      await next()
    } catch (error) {
      told(error)
      context.status = 500
      context.body = handled(error)
    }
  }

/** What Koa's body parsers do with a form. */
const readForm: Koa.Middleware = async (context, next) => {
  if (context.is('urlencoded') !== false && context.is('urlencoded') !== null) {
    let text = ''
    for await (const chunk of context.req as AsyncIterable<Buffer>) text += chunk.toString()
    const body = Object.fromEntries(new URLSearchParams(text))
    Object.assign(context.request, { body })
  }
  await next()
}

/** And with one when they read JSON only. */
const leaveForm: Koa.Middleware = (context, next) => {
  Object.assign(context.request, { body: {} })
  return next()
}

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

export const koa: Framework = {
  name: 'Koa 3',
  sessions: ['with koa-session and a store', 'with koa-session in the cookie', ownCookie],
  build,
}
