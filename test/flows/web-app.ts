import express, { type Express, type Request, type RequestHandler } from 'express'
import session, { type SessionOptions } from 'express-session'
import { contosoDirectory, startEmulator, type Directory, type Emulator } from 'entrada/emulator'
import { sendReply } from '../../src/adapters/express/send-reply.js'
import { isSessionStoreDown } from '../../src/adapters/express/express-session.js'
import { viewOf } from '../../src/adapters/express/request-view.js'
import { createSignInCore, type SignInCore } from '../../src/middleware/sign-in-core.js'
import type { SignInOptions } from '../../src/middleware/sign-in-options.js'
import type { Step } from '../../src/middleware/step.js'
import { createCredential } from '../../src/platform/credential.js'
import { createTokenEndpoint } from '../../src/platform/token-endpoint.js'
import { createJwtVerifier } from '../../src/platform/verified-jwt.js'
import { authorityOf } from '../../src/protocol/authority.js'
import { SessionUnavailableError } from '../../src/protocol/sign-in-errors.js'
import type { TenantPolicy } from '../../src/protocol/tenant-policy.js'
import type { EntraEvent } from '../../src/protocol/events.js'
import type { TokenStore } from '../../src/stores/token-store.js'
import { nodeHost } from '../../src/host/node.js'
import { serve, type LoopbackServer } from '../support/loopback-server.js'

export const contosoId = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
export const fabrikamId = 'b24f6c1e-93d7-4f0a-9a55-6e1c7d20f8e4'
export const webAppId = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
export const adaId = '3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11'
export const secret = 'a-secret-for-the-flow-tests-of-32-characters'

export interface WebAppOptions {
  signIn?: SignInOptions
  tenant?: string
  tenants?: TenantPolicy
  secrets?: string[]
  session?: Partial<SessionOptions>
  baseUrls?: string[]
  clock?: () => number
  fetch?: typeof fetch
  clientId?: string
  store?: TokenStore
  events?: EntraEvent[]
  warnings?: string[]
  /** Mounted before everything else. */
  before?: RequestHandler
  /** Routes of the test's own. */
  routes?: (app: Express, core: SignInCore, mount: (step: Step) => RequestHandler) => void
}

export interface WebApp {
  readonly origin: string
  readonly core: SignInCore
  readonly server: LoopbackServer
  stop(): Promise<void>
}

/** A web app with a page for everybody, one for users, a form, and the session shown as JSON. */
export async function startWebApp(
  emulator: Emulator,
  options: WebAppOptions = {},
): Promise<WebApp> {
  const app = express()
  app.set('env', 'test') // Express prints unhandled errors in other environments
  const server = await serve(app)
  let core: SignInCore
  try {
    core = coreFor(emulator, server.origin, options)
  } catch (error) {
    await server.stop()
    throw error
  }
  const mount =
    (step: Step): RequestHandler =>
    (request, response, next) => {
      Promise.resolve()
        .then(() => step(viewOf(request)))
        .then((reply) => {
          if (reply === undefined) next()
          else sendReply(response, reply)
        }, next)
    }
  if (options.before) app.use(options.before)
  app.use(
    session({
      secret: 'a-secret-for-express-session',
      resave: false,
      saveUninitialized: false,
      ...options.session,
    }),
  )
  app.use(mount(core.signIn))
  app.get('/', (request, response) => {
    response.json({ name: core.accounts.ifAny(request)?.name ?? null })
  })
  app.get('/private', mount(core.requireSignIn), showAccount(core))
  app.get('/private/{*rest}', mount(core.requireSignIn), showAccount(core))
  app.post('/private', mount(core.requireSignIn), (_request, response) => {
    response.json({ posted: true })
  })
  app.get('/remember', (request, response) => {
    Object.assign(request.session, request.query)
    response.json({ id: request.sessionID })
  })
  app.get('/session', (request, response) => {
    response.json({ id: request.sessionID, content: request.session })
  })
  options.routes?.(app, core, mount)
  app.use(((error, request, response, next) => {
    const answered: unknown = isSessionStoreDown(request)
      ? new SessionUnavailableError('read')
      : error
    core.errors(viewOf(request), answered).then((reply) => {
      if (reply === undefined) next(error)
      else sendReply(response, reply)
    }, next)
  }) satisfies express.ErrorRequestHandler)
  return { origin: server.origin, core, server, stop: () => server.stop() }
}

function showAccount(core: SignInCore): RequestHandler {
  return (request: Request, response) => {
    response.json({ account: core.accounts.of(request), path: request.originalUrl })
  }
}

function coreFor(emulator: Emulator, origin: string, options: WebAppOptions): SignInCore {
  const clientId = options.clientId ?? webAppId
  const clock = options.clock ?? Date.now
  const settings = {
    authority: authorityOf(options.tenant ?? contosoId, emulator.origin),
    clientId,
    clock,
    clockToleranceSeconds: 300,
    cacheBytes: 16 * 1024 * 1024,
    fetch: options.fetch ?? fetch,
  }
  const credential = createCredential(
    { secret: 'web-app-secret-for-the-emulator-only' },
    { ...settings, host: nodeHost },
  )
  const [first = origin, ...others] = options.baseUrls ?? []
  return createSignInCore(
    {
      ...settings,
      tenants: options.tenants,
      baseUrls: [first, ...others],
      secrets: options.secrets ?? [secret],
      tokenEndpoint: createTokenEndpoint({ ...settings, credential }),
      verifier: createJwtVerifier(settings),
      store: options.store,
      redemptionStore: options.store,
      correlationOf: () => crypto.randomUUID(),
      forUser: () => () => {
        throw new Error('These tests get no tokens.')
      },
      onEvent: (event) => options.events?.push(event),
      warn: (message) => options.warnings?.push(message),
      errorDetail: 'explanation',
    },
    options.signIn ?? { scopes: ['User.Read'] },
  )
}

/** Everybody has consented already, so that signing in asks for nothing but the account. */
export function consentedDirectory(): Directory {
  const directory = contosoDirectory()
  directory.delegatedGrants?.push({
    tenant: contosoId,
    client: webAppId,
    resource: '00000003-0000-0000-c000-000000000000',
    user: 'everyone',
    scopes: ['User.Read', 'openid', 'profile', 'offline_access', 'email'],
  })
  return directory
}

export function startConsentedEmulator(): Promise<Emulator> {
  return startEmulator(consentedDirectory())
}
