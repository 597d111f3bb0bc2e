import { getRequestListener } from '@hono/node-server'
import { Hono, type Context, type ErrorHandler, type MiddlewareHandler } from 'hono'
import { entra } from 'entrada/hono'
import { handled, ownCookie, type Framework } from '../framework.js'

const build: Framework['build'] = (options, shape) => {
  const identity = entra(options)
  const app = new Hono({ strict: false })
  if (shape.cors !== undefined) app.use(cors(shape.cors))
  if (shape.bodyParser === 'forms') app.use(readForm)

  const mounted = new Hono({ strict: false })
  const plugins = shape.plugins?.<Context, MiddlewareHandler, MiddlewareHandler>(identity) ?? []
  for (const plugin of plugins) mounted.use(plugin)
  for (const route of shape.routes<Context, MiddlewareHandler, MiddlewareHandler>(identity)) {
    for (const guard of route.guards) mounted.use(route.path, guard)
    mounted.all(route.path, async (context) => {
      return context.json((await route.answer(context)) as object) // JSON, as the shape promises
    })
  }
  app.route(shape.prefix ?? '/', mounted)

  const otherwise = shape.ownHandler === undefined ? asHonoDoes : ownHandler(shape.ownHandler)
  app.onError(shape.answeredBy === 'errors()' ? identity.errors(otherwise) : otherwise)
  const listener = getRequestListener(app.fetch)
  return { ...identity, listener: (request, response) => void listener(request, response) }
}

/** As hono/cors does it. */
const cors =
  (headers: Readonly<Record<string, string>>): MiddlewareHandler =>
  async (context, next) => {
    for (const [name, value] of Object.entries(headers)) context.res.headers.set(name, value)
    if (context.req.method === 'OPTIONS') {
      return new Response(null, { status: 204, headers: context.res.headers })
    }
    await next()
    return undefined
  }

const readForm: MiddlewareHandler = async (context, next) => {
  await context.req.parseBody()
  await next()
}

const ownHandler =
  (told: (error: unknown) => void): ErrorHandler =>
  (error, context) => {
    told(error)
    return context.json(handled(error), 500)
  }

/** Hono's own handling, except that it prints what nobody has handled. */
const asHonoDoes: ErrorHandler = (error, context) => {
  if (!('getResponse' in error)) return context.text('Internal Server Error', 500)
  const response = error.getResponse()
  return context.newResponse(response.body, response)
}

export const hono: Framework = { name: 'Hono 4', sessions: [ownCookie], build }
