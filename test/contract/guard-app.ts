import type { RequestListener } from 'node:http'
import express5 from 'express'
import express4 from 'express4'
import Koa from 'koa'
import type { AccessRequirement, Caller } from 'entrada'
import {
  entra as entraOnExpress,
  type EntraOptions,
  type ProtectedResourceOptions,
} from 'entrada/express'
import { entra as entraOnKoa } from 'entrada/koa'

/** An API in words that every framework can mount. */
export interface GuardedShape {
  /** What stands in front of each path's handler, which answers with the caller, for every method. */
  readonly routes: Readonly<Record<string, readonly AccessRequirement[]>>
  /** Whether `identity.errors()` answers refusals, rather than the framework. */
  readonly answeredBy?: 'errors()' | 'the framework'
  /** Serves protected resource metadata. */
  readonly metadata?: ProtectedResourceOptions
  /** Two lines like those of the `cors` package: what it sets on every answer. */
  readonly cors?: Readonly<Record<string, string>>
}

export interface GuardedApi {
  readonly listener: RequestListener
  verifyToken(token: string): Promise<Caller>
  purgeKeys(): void
}

export interface GuardedFramework {
  readonly name: string
  readonly mount: (options: EntraOptions, shape: GuardedShape) => GuardedApi
}

const onExpress =
  (express: typeof express5): GuardedFramework['mount'] =>
  (options, { routes, answeredBy, metadata, cors }) => {
    const identity = entraOnExpress(options)
    const app = express()
    app.set('env', 'test') // Express prints unhandled errors in other environments
    if (cors !== undefined) {
      app.use((request, response, next) => {
        response.set(cors)
        if (request.method === 'OPTIONS') response.status(204).end()
        else next()
      })
    }
    if (metadata !== undefined) app.use(identity.protectedResourceMetadata(metadata))
    for (const [path, requirements] of Object.entries(routes)) {
      const guards = requirements.map((requirement) => identity.requireAccess(requirement))
      app.all(path, ...guards, (request, response) => {
        response.json(identity.caller(request))
      })
    }
    if (answeredBy === 'errors()') app.use(identity.errors())
    return { ...identity, listener: app }
  }

const onKoa: GuardedFramework['mount'] = (options, { routes, answeredBy, metadata, cors }) => {
  const identity = entraOnKoa(options)
  const app = new Koa()
  app.silent = true // Koa prints unhandled errors otherwise
  if (cors !== undefined) {
    app.use((context, next) => {
      context.set(cors)
      if (context.method !== 'OPTIONS') return next()
      context.status = 204
      return undefined
    })
  }
  if (answeredBy === 'errors()') app.use(identity.errors())
  if (metadata !== undefined) app.use(identity.protectedResourceMetadata(metadata))
  for (const [path, requirements] of Object.entries(routes)) {
    for (const requirement of requirements) {
      const guard = identity.requireAccess(requirement)
      app.use(async (context, next) => {
        if (context.path === path) await guard(context, next)
        else await next()
      })
    }
    app.use((context, next) => {
      if (context.path !== path) return next()
      context.body = identity.caller(context)
      return undefined
    })
  }
  const answer = app.callback()
  return { ...identity, listener: (request, response) => void answer(request, response) }
}

export const guardedFrameworks: readonly GuardedFramework[] = [
  { name: 'Express 5', mount: onExpress(express5) },
  { name: 'Express 4', mount: onExpress(express4) },
  { name: 'Koa 3', mount: onKoa },
]
