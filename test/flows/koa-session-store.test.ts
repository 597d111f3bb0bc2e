import Koa from 'koa'
import session from 'koa-session'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { startEmulator, type Emulator } from 'entrada/emulator'
import { entra } from 'entrada/koa'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { createUserAgent, signIn } from '../support/user-agent.js'
import { ada, createHaltingAgent } from './arrival.js'
import { consentedDirectory, contosoId, secret, webAppId } from './web-app.js'

let emulator: Emulator
const servers: LoopbackServer[] = []

beforeAll(async () => {
  emulator = await startEmulator(consentedDirectory())
})
afterAll(() => emulator.stop())
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()))
})

/** A store that fails when it is told to. */
function fickleStore() {
  const sessions = new Map<string, string>()
  const store = {
    isDown: false,
    isFull: false,
    get(id: string) {
      if (store.isDown) return Promise.reject(new Error('redis://user:password@store is down'))
      return Promise.resolve(JSON.parse(sessions.get(id) ?? 'null') as object | null)
    },
    set(id: string, content: object) {
      if (store.isFull) return Promise.reject(new Error('no room'))
      sessions.set(id, JSON.stringify(content))
      return Promise.resolve()
    },
    destroy(id: string) {
      sessions.delete(id)
      return Promise.resolve()
    },
  }
  return store
}

async function start(handler: Koa.Middleware) {
  const store = fickleStore()
  const app = new Koa()
  app.silent = true // Koa prints unhandled errors otherwise
  app.keys = ['koa store']
  const server = await serve((request, response) => void app.callback()(request, response))
  servers.push(server)
  const identity = entra({
    tenant: contosoId,
    clientId: webAppId,
    credential: { secret: 'web-app-secret-for-the-emulator-only' },
    authorityHost: emulator.origin,
    baseUrl: server.origin,
    secret,
  })
  app.use(identity.errors())
  app.use((context, next) => {
    if (context.path === '/before') throw new TypeError('the middleware is broken')
    return next()
  })
  app.use(session({ store }, app))
  app.use(identity.signIn())
  app.use(identity.requireSignIn())
  app.use(handler)
  return { server, store, agent: createUserAgent() }
}

describe('koa-session with a store in trouble', () => {
  it('S16 answers 503 while it cannot be read, and the user is still signed in afterwards', async () => {
    const { server, store, agent } = await start((context) => {
      context.body = 'in'
    })
    await signIn(agent, `${server.origin}/`, ada)
    store.isDown = true
    const page = await agent.step(`${server.origin}/`)
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '1'])
    expect(page.headers.getSetCookie()).toEqual([])
    expect(page.html).not.toContain('redis')
    expect((await agent.xhr(`${server.origin}/`)).html).toContain('ERR_ENTRA_SESSION_UNAVAILABLE')
    store.isDown = false
    expect((await agent.step(`${server.origin}/`)).html).toBe('in')
  })

  it('S18 that fails in the middle of a second sign-in leaves the first one as it was', async () => {
    const { server, store } = await start((context) => {
      context.body = 'in'
    })
    const agent = createHaltingAgent()
    await signIn(agent, `${server.origin}/`, ada)
    const before = agent.cookies.all()
    const callback = await agent.arrive(server, '/auth/login')
    store.isFull = true
    expect((await agent.step(callback)).status).toBe(503)
    store.isFull = false
    const idOf = (cookies: typeof before) => cookies.find(({ name }) => name === 'koa.sess')?.value
    expect(idOf(agent.cookies.all())).toBe(idOf(before))
    expect((await agent.step(`${server.origin}/`)).html).toBe('in')
    expect((await agent.step(callback)).status).toBe(303)
    expect(idOf(agent.cookies.all())).not.toBe(idOf(before))
    expect((await agent.step(`${server.origin}/`)).html).toBe('in')
  })

  it('leaves errors of the app to Koa, before the session and after it', async () => {
    const { server, agent } = await start(() => {
      throw new TypeError('the handler is broken')
    })
    expect((await agent.step(`${server.origin}/before`)).status).toBe(500)
    const page = await signIn(agent, `${server.origin}/`, ada)
    expect([page.status, page.html]).toEqual([500, 'Internal Server Error'])
  })
})
