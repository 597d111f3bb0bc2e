import express5Module, { type ErrorRequestHandler, type RequestHandler } from 'express'
import express4Module from 'express4'
import session from 'express-session'
import helmet from 'helmet'
import { entra } from 'entrada/express'
import { handled, ownCookie, type AppShape, type Framework } from '../framework.js'

const buildWith =
  (express: typeof express5Module): Framework['build'] =>
  (options, shape) => {
    const identity = entra(options)
    const app = express()
    app.set('env', 'test') // Express prints unhandled errors in other environments
    app.use(
      helmet({ contentSecurityPolicy: { directives: { formAction: identity.formActionSources } } }),
    )
    if (shape.cors !== undefined) app.use(cors(shape.cors))
    if (shape.bodyParser === 'forms') app.use(express.urlencoded({ extended: false }))
    if (shape.bodyParser === 'json') app.use(express.json())
    if (isExpressSession(shape)) {
      app.use(session({ secret: 'contract', resave: false, saveUninitialized: false }))
    }

    const router = express.Router()
    for (const plugin of shape.plugins?.(identity) ?? []) router.use(plugin)
    for (const { path, guards, answer } of shape.routes(identity)) {
      // Express 4 does not wait for promises, so an asynchronous handler passes its error on.
      router.all(path, ...guards, (request, response, next) => {
        Promise.resolve()
          .then(() => answer(request))
          .then((value) => response.json(value), next)
      })
    }
    if (shape.answeredBy === 'errors()') router.use(identity.errors())
    app.use(shape.prefix ?? '/', router)
    if (shape.ownHandler !== undefined) app.use(ownHandler(shape.ownHandler))
    return { ...identity, listener: app }
  }

const isExpressSession = ({ session: way }: AppShape) => way !== undefined && way !== ownCookie

const cors =
  (headers: Readonly<Record<string, string>>): RequestHandler =>
  (request, response, next) => {
    response.set(headers)
    if (request.method === 'OPTIONS') response.status(204).end()
    else next()
  }

const ownHandler =
  (told: (error: unknown) => void): ErrorRequestHandler =>
  (error: unknown, _request, response, _next) => {
    told(error)
    response.status(500).json(handled(error))
  }

export const express5: Framework = {
  name: 'Express 5',
  sessions: ['with express-session', ownCookie],
  build: buildWith(express5Module),
}

export const express4: Framework = {
  name: 'Express 4',
  sessions: ['with express-session'],
  build: buildWith(express4Module),
}
