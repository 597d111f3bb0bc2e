import cookies from '@fastify/cookie'
import secureSession from '@fastify/secure-session'
import session, { type FastifySessionOptions, type SessionStore } from '@fastify/session'
import fastify, { type FastifyInstance } from 'fastify'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { startEmulator, type Emulator } from 'entrada/emulator'
import { entra, type SignInOptions } from 'entrada/fastify'
import { sessionOf } from '../../src/adapters/fastify/fastify-session.js'
import { ada, createHaltingAgent } from '../flows/arrival.js'
import { consentedDirectory, contosoId, secret, webAppId } from '../flows/web-app.js'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { createUserAgent, signIn, type UserAgent } from '../support/user-agent.js'

let emulator: Emulator
const cleanup: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  emulator = await startEmulator(consentedDirectory())
})
afterAll(() => emulator.stop())
afterEach(async () => {
  for (const undo of cleanup.splice(0).reverse()) await undo()
  emulator.clearRequests()
})

type Register = (app: FastifyInstance) => void

/** An app with a page for everybody, one for users, and its session's content in sight. */
async function start(register: Register, options: SignInOptions = {}) {
  const app = fastify()
  const server: LoopbackServer = await serve((request, response) => {
    app.routing(request, response)
  })
  cleanup.push(
    () => app.close(),
    () => server.stop(),
  )
  const identity = entra({
    tenant: contosoId,
    clientId: webAppId,
    credential: { secret: 'web-app-secret-for-the-emulator-only' },
    authorityHost: emulator.origin,
    baseUrl: server.origin,
    secret,
  })
  register(app)
  app.register(identity.signIn({ scopes: 'User.Read', ...options }))
  app.setErrorHandler(identity.errors())
  app.get('/', (request) => ({ name: identity.accountIfAny(request)?.name ?? null }))
  app.get('/private', { onRequest: identity.requireSignIn() }, (request) => ({
    name: identity.account(request).name,
  }))
  app.get('/remember', (request) => {
    for (const [key, value] of Object.entries(request.query ?? {})) {
      sessionOf(request)?.write(key, value)
    }
    return {}
  })
  app.get('/session', (request) => {
    const { session: held } = request as { session: { data?: () => object } } // of either plugin
    return held.data?.() ?? held
  })
  app.get('/doubts', (request) => {
    const { doubts, isStrict } = sessionOf(request) ?? {}
    return { doubts, isStrict }
  })
  app.get('/fault', () => {
    throw new TypeError('the handler is broken')
  })
  await app.ready()
  return server
}

const nameSeenBy = async (agent: UserAgent, { origin }: LoopbackServer) =>
  (JSON.parse((await agent.get(`${origin}/`)).html) as { name: string | null }).name
const contentSeenBy = async (agent: UserAgent, { origin }: LoopbackServer) =>
  JSON.parse((await agent.get(`${origin}/session`)).html) as Record<string, unknown>
const signInAgain = (agent: UserAgent, { origin }: LoopbackServer, user = ada.user) =>
  signIn(agent, `${origin}/auth/login?prompt=select_account`, { user })

const selectable: SignInOptions = { forwardParameters: ['prompt'], keepSession: ['basket'] }

/** A store of a test's own, whose operations can be made to fail or to hang. */
class FickleStore implements SessionStore {
  readonly sessions = new Map<string, string>()
  failing: 'none' | 'set' | 'destroy' | 'get' | 'hang' = 'none'

  get(id: string, callback: (error: unknown, result?: never) => void) {
    if (this.failing === 'get') callback(new Error('redis://user:password@store is down'))
    else callback(null, JSON.parse(this.sessions.get(id) ?? 'null') as never) // what set() has written
  }
  set(id: string, content: object, callback: (error?: unknown) => void) {
    if (this.failing === 'hang') return
    if (this.failing !== 'set') this.sessions.set(id, JSON.stringify(content))
    callback(this.failing === 'set' ? new Error('redis://user:password@store is down') : undefined)
  }
  destroy(id: string, callback: (error?: unknown) => void) {
    if (this.failing !== 'destroy') this.sessions.delete(id)
    callback(
      this.failing === 'destroy' ? new Error('redis://user:password@store is down') : undefined,
    )
  }
}

type Cookie = NonNullable<FastifySessionOptions['cookie']>
const cookieName = 'sessionId'
const onServer =
  (store: SessionStore = new FickleStore(), cookie: Cookie = { secure: false }): Register =>
  (app) => {
    app.register(cookies)
    app.register(session, {
      secret: 'a-secret-of-the-fastify-session-tests',
      store,
      cookie,
      saveUninitialized: false,
    })
  }
const inCookie: Register = (app) => {
  app.register(secureSession, { key: Buffer.alloc(32, secret), cookie: { path: '/' } })
}

describe.each([
  ['@fastify/session', () => onServer()],
  ['@fastify/secure-session', () => inCookie],
] as const)('a sign-in over %s', (_name, registering) => {
  it('S02 an anonymous visitor keeps only the keys that are named', async () => {
    const server = await start(registering(), selectable)
    const agent = createUserAgent()
    await agent.get(`${server.origin}/remember?basket=apples&isAdmin=true`)
    await signIn(agent, `${server.origin}/private`, ada)
    expect(await nameSeenBy(agent, server)).toBe('Ada Example')
    const page = await agent.get(`${server.origin}/session`)
    expect(page.html).toContain('apples')
    expect(page.html).not.toContain('isAdmin')
  })

  it('S02 S03 the same user keeps everything, and another user finds nothing', async () => {
    const server = await start(registering(), selectable)
    const agent = createUserAgent()
    await signIn(agent, `${server.origin}/private`, ada)
    await agent.get(`${server.origin}/remember?draft=letter`)
    await signInAgain(agent, server)
    expect((await agent.get(`${server.origin}/session`)).html).toContain('letter')
    await signInAgain(agent, server, 'grace@contoso.example')
    expect(await nameSeenBy(agent, server)).toContain('Grace')
    expect((await agent.get(`${server.origin}/session`)).html).not.toContain('letter')
  })

  it('holds no token that a browser could read', async () => {
    const server = await start(registering())
    const agent = createUserAgent()
    await signIn(agent, `${server.origin}/private`, ada)
    for (const { value } of agent.cookies.all()) {
      expect(decodeURIComponent(value).length).toBeLessThan(1_200)
    }
    expect((await agent.get(`${server.origin}/session`)).html).not.toMatch(/eyJ[\w-]{10,}\.eyJ/)
  })
})

describe('a sign-in over @fastify/session', () => {
  it('S01 gets a new id, and the planted one is worth nothing', async () => {
    const store = new FickleStore()
    const server = await start(onServer(store), selectable)
    const agent = createUserAgent()
    await agent.get(`${server.origin}/remember?basket=apples`)
    const planted = agent.cookies.valueOf(server.origin, cookieName)
    await signIn(agent, `${server.origin}/private`, ada)
    expect(agent.cookies.valueOf(server.origin, cookieName)).not.toBe(planted)
    const headers = { cookie: `${cookieName}=${planted}` }
    const page = await createUserAgent().step(`${server.origin}/`, { headers })
    expect(page.html).toBe('{"name":null}')
    const stored = [...store.sessions.values()]
    expect(stored.filter((content) => content.includes('.account'))).toHaveLength(1)
    expect(store.sessions.has(planted?.split('.')[0] ?? '')).toBe(false)
  })

  it('S16 answers 503 while the store cannot be read, and the user is still signed in afterwards', async () => {
    const store = new FickleStore()
    const server = await start(onServer(store))
    const agent = createUserAgent()
    await signIn(agent, `${server.origin}/private`, ada)
    store.failing = 'get'
    const page = await agent.step(`${server.origin}/private`)
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '1'])
    expect(page.headers.getSetCookie()).toEqual([])
    expect(page.html).not.toContain('redis')
    expect((await agent.xhr(`${server.origin}/`)).html).toContain('ERR_ENTRA_SESSION_UNAVAILABLE')
    store.failing = 'none'
    expect(await nameSeenBy(agent, server)).toBe('Ada Example')
    expect((await agent.get(`${server.origin}/fault`)).status).toBe(500)
  })

  it.each(['set', 'hang'] as const)(
    'S18 S19 answers 503 at the callback when the store fails to write (%s), and the retry works',
    async (failing) => {
      const store = new FickleStore()
      const server = await start(onServer(store))
      const agent = createHaltingAgent()
      const callback = await agent.arrive(server)
      store.failing = failing
      const page = await agent.step(callback)
      expect([page.status, page.headers.get('retry-after')]).toEqual([503, '1'])
      expect(page.html).not.toContain('redis')
      store.failing = 'none'
      expect((await agent.step(callback)).status).toBe(303)
      expect(await nameSeenBy(agent, server)).toBe('Ada Example')
    },
  )

  it('S18 leaves the first sign-in as it was when the store fails in the middle of a second one', async () => {
    const store = new FickleStore()
    const server = await start(onServer(store), selectable)
    const agent = createHaltingAgent()
    await signIn(agent, `${server.origin}/private`, ada)
    await agent.get(`${server.origin}/remember?draft=letter`)
    const before = agent.cookies.valueOf(server.origin, cookieName)
    const callback = await agent.arrive(server, '/auth/login')
    for (const failing of ['set', 'destroy'] as const) {
      store.failing = failing
      expect((await agent.step(callback)).status).toBe(503)
      store.failing = 'none'
      expect(agent.cookies.valueOf(server.origin, cookieName)).toBe(before)
      expect(await nameSeenBy(agent, server)).toBe('Ada Example')
    }
    expect((await contentSeenBy(agent, server))['draft']).toBe('letter')
  })

  it('signs out although the store fails to end the session, and says 503', async () => {
    const store = new FickleStore()
    const server = await start(onServer(store))
    const agent = createUserAgent()
    await signIn(agent, `${server.origin}/private`, ada)
    const form = await agent.get(`${server.origin}/auth/logout`)
    store.failing = 'destroy'
    const page = await agent.submit(form)
    expect([page.status, page.html.includes('redis')]).toEqual([503, false])
    expect(await nameSeenBy(agent, server)).toBe(null)
  })

  it('tells of a cookie that browsers hold back: Strict, or Secure over http', async () => {
    const doubtsOf = async (cookie: Cookie) => {
      const { origin } = await start(onServer(new FickleStore(), cookie))
      return (await createUserAgent().get(`${origin}/doubts`)).html
    }
    expect(await doubtsOf({})).toMatch(/Secure and the request came by http.+trustProxy/)
    expect(await doubtsOf({ secure: false, sameSite: 'strict' })).toContain('"isStrict":true')
    expect(await doubtsOf({ secure: 'auto' })).toBe('{"doubts":[],"isStrict":false}')
  })
})
