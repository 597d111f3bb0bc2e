import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import express from 'express'
import session from 'express-session'
import helmet from 'helmet'
import type { Emulator } from 'entrada/emulator'
import { entra } from 'entrada/express'
import { createMemoryTokenStore } from '../support/memory-token-store.js'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { createUserAgent, signIn, type UserAgent } from '../support/user-agent.js'
import { ada } from './arrival.js'
import {
  adaId,
  contosoId,
  secret,
  startConsentedEmulator,
  startWebApp,
  webAppId,
  type WebApp,
  type WebAppOptions,
} from './web-app.js'

let emulator: Emulator
const stops: (() => Promise<void>)[] = []

beforeAll(async () => {
  emulator = await startConsentedEmulator()
})
afterAll(() => emulator.stop())
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

async function start(options: WebAppOptions = {}): Promise<WebApp> {
  const app = await startWebApp(emulator, options)
  stops.push(() => app.stop())
  return app
}

const nameSeenBy = async (agent: UserAgent, { origin }: { origin: string }) =>
  (JSON.parse((await agent.get(`${origin}/`)).html) as { name: string | null }).name

async function signedIn(app: { origin: string }, user = ada.user) {
  const agent = createUserAgent()
  await signIn(agent, `${app.origin}/private`, { user })
  return agent
}

describe('signing a user out everywhere', () => {
  it('ends all sign-ins of the user until now, on every device, and of nobody else', async () => {
    const app = await start()
    const [one, two] = [await signedIn(app), await signedIn(app)]
    const grace = await signedIn(app, 'grace@contoso.example')
    await app.core.signOutEverywhere({ tenantId: contosoId, objectId: adaId.toUpperCase() })
    expect(await nameSeenBy(one, app)).toBe(null)
    expect(await nameSeenBy(two, app)).toBe(null)
    expect(await nameSeenBy(grace, app)).toContain('Grace')
    await new Promise((resolve) => setTimeout(resolve, 2))
    await signIn(one, `${app.origin}/private`, ada)
    expect(await nameSeenBy(one, app)).toBe('Ada Example')
  })

  it('S26 works in another process that shares a store', async () => {
    const store = createMemoryTokenStore({ clock: Date.now, capacity: 1_000_000 })
    const [app, other] = [await start({ store }), await start({ store })]
    const agent = await signedIn(app)
    await other.core.signOutEverywhere({ tenantId: contosoId, objectId: adaId })
    expect(await nameSeenBy(agent, app)).toBe(null)
  })

  it('takes a request for the user it is signed in with, and refuses one that nobody is', async () => {
    const app = express()
    app.set('env', 'test') // Express prints unhandled errors in other environments
    const server: LoopbackServer = await serve(app)
    stops.push(() => server.stop())
    const identity = entra({
      tenant: contosoId,
      clientId: webAppId,
      credential: { secret: 'web-app-secret-for-the-emulator-only' },
      authorityHost: emulator.origin,
      baseUrl: server.origin,
      secret,
    })
    app.use(session({ secret: 'everywhere', resave: false, saveUninitialized: false }))
    app.use(identity.signIn())
    app.get('/private', identity.requireSignIn(), (_request, response) => response.send('in'))
    app.post('/leave', async (request, response) => {
      await identity.signOutEverywhere(request)
      response.send('left')
    })
    app.use(identity.errors())
    const [one, two] = [await signedIn(server), await signedIn(server)]
    expect((await createUserAgent().xhr(`${server.origin}/leave`, { method: 'POST' })).status).toBe(
      401,
    )
    expect((await one.step(`${server.origin}/leave`, { method: 'POST' })).html).toBe('left')
    expect((await two.step(`${server.origin}/private`)).status).toBe(302)
  })
})

describe('front-channel sign-out', () => {
  it('S28 is not forbidden in a frame by what helmet adds, and is not cached', async () => {
    const app = await start({ before: helmet() })
    const page = await createUserAgent().step(
      `${app.origin}/auth/front-channel-logout?sid=12345678`,
    )
    expect(page.status).toBe(200)
    expect(page.headers.get('x-frame-options')).toBe(null)
    expect(page.headers.get('content-security-policy')).toBe(null)
    expect(page.headers.get('cache-control')).toBe('no-store')
    // Elsewhere helmet's word stands.
    const other = await createUserAgent().step(`${app.origin}/`)
    expect(other.headers.get('x-frame-options')).toBe('SAMEORIGIN')
  })

  it('S15 S27 a request under way does not bring a signed-out session back', async () => {
    let goOn = () => {}
    const app = await start({
      routes: (express) => {
        express.get('/slow', (request, response) => {
          goOn = () => {
            Object.assign(request.session, { draft: 'written after the sign-out' })
            response.send('done')
          }
        })
      },
    })
    const agent = await signedIn(app)
    const cookie = `connect.sid=${agent.cookies.valueOf(app.origin, 'connect.sid')}`
    const slow = agent.step(`${app.origin}/slow`)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const headers = { 'sec-fetch-site': 'same-origin', cookie }
    await createUserAgent().step(`${app.origin}/auth/logout`, { method: 'POST', headers })
    goOn()
    await slow
    expect(await nameSeenBy(agent, app)).toBe(null)
    const again = await createUserAgent().step(`${app.origin}/`, { headers: { cookie } })
    expect(again.html).toBe('{"name":null}')
  })

  it('S15 a sign-in completes beside a request that saves the session of before', async () => {
    let goOn = () => {}
    const app = await start({
      routes: (express) => {
        express.get('/slow', (request, response) => {
          Object.assign(request.session, { draft: 1 })
          goOn = () => response.send('done')
        })
      },
    })
    const agent = createUserAgent()
    await agent.get(`${app.origin}/remember?basket=apples`)
    const slow = agent.step(`${app.origin}/slow`)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await signIn(agent, `${app.origin}/private`, ada)
    goOn()
    await slow
    expect(await nameSeenBy(agent, app)).toBe('Ada Example')
  })
})
