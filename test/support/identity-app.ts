import express, { type Express, type Request, type RequestHandler } from 'express'
import session from 'express-session'
import type { Emulator } from 'entrada/emulator'
import { entra, type EntraOptions, type ExpressIdentity } from 'entrada/express'
import { serve, type LoopbackServer } from './loopback-server.js'

export const contosoId = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
export const webAppId = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
export const tasksApiId = '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10'
export const graphId = '00000003-0000-0000-c000-000000000000'
export const adaId = '3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11'
export const ada = { user: 'ada@contoso.example' }
export const grace = { user: 'grace@contoso.example' }

/** An Express app of a test's own around one `entra()`, with its session and its errors. */
export interface IdentityApp {
  readonly identity: ExpressIdentity
  readonly origin: string
  at(path: string): string
  stop(): Promise<void>
}

export type Answer = (of: (request: Request) => unknown) => RequestHandler

export async function startIdentityApp(
  emulator: Emulator,
  routes: (app: Express, identity: ExpressIdentity, answer: Answer) => void,
  options: EntraOptions = {},
): Promise<IdentityApp> {
  const app = express()
  app.set('env', 'test') // Express prints unhandled errors in other environments
  const server: LoopbackServer = await serve(app)
  const identity = entra({
    tenant: contosoId,
    clientId: webAppId,
    credential: { secret: 'web-app-secret-for-the-emulator-only' },
    authorityHost: emulator.origin,
    graphEndpoint: emulator.graphOrigin,
    baseUrl: server.origin,
    secret: 'a-secret-of-the-consent-tests-32-characters',
    ...options,
  })
  app.use(session({ secret: 'tests', resave: false, saveUninitialized: false }))
  routes(app, identity, (of) => (request, response, next) => {
    Promise.resolve()
      .then(() => of(request))
      .then((value) => response.json(value), next)
  })
  app.use(identity.errors())
  return {
    identity,
    origin: server.origin,
    at: (path) => `${server.origin}${path}`,
    stop: () => server.stop(),
  }
}
