import cookies from '@fastify/cookie'
import forms from '@fastify/formbody'
import secureSession from '@fastify/secure-session'
import session from '@fastify/session'
import fastify, { type FastifyInstance, type onRequestHookHandler } from 'fastify'
import { entra } from 'entrada/fastify'
import { handled, ownCookie, type Framework, type SessionWay } from '../framework.js'

const build: Framework['build'] = (options, shape) => {
  const identity = entra(options)
  const plugins = shape.plugins?.(identity) ?? []
  const routes = shape.routes(identity)
  const app = fastify()
  const { ownHandler } = shape
  if (ownHandler !== undefined) {
    app.setErrorHandler((error, _request, reply) => {
      ownHandler(error)
      return reply.code(500).send(handled(error))
    })
  }
  if (shape.cors !== undefined) app.addHook('onRequest', cors(shape.cors))
  if (shape.bodyParser === 'forms') app.register(forms)
  registerSession(app, shape.session)

  app.register(
    (context, _options, done) => {
      if (shape.answeredBy === 'errors()') context.setErrorHandler(identity.errors())
      for (const plugin of plugins) context.register(plugin)
      for (const { path, guards, answer } of routes) {
        context.all(path, { onRequest: [...guards] }, (request) => Promise.resolve(answer(request)))
      }
      done()
    },
    { prefix: shape.prefix ?? '' },
  )
  return {
    ...identity,
    listener: (request, response) => {
      app.ready().then(
        () => app.routing(request, response),
        (error: unknown) => response.writeHead(500).end(String(error)),
      )
    },
  }
}

function registerSession(app: FastifyInstance, way: SessionWay | undefined): void {
  const secret = 'a-secret-of-the-contract-for-sessions'
  if (way === 'with @fastify/session') {
    app.register(cookies)
    app.register(session, { secret, cookie: { secure: 'auto' }, saveUninitialized: false })
  }
  if (way === 'with @fastify/secure-session') {
    app.register(secureSession, { key: Buffer.alloc(32, secret), cookie: { path: '/' } })
  }
}

const cors =
  (headers: Readonly<Record<string, string>>): onRequestHookHandler =>
  (request, reply, done) => {
    reply.headers(headers)
    if (request.method === 'OPTIONS') reply.code(204).send()
    else done()
  }

export const fastify5: Framework = {
  name: 'Fastify 5',
  sessions: ['with @fastify/session', 'with @fastify/secure-session', ownCookie],
  build,
}
