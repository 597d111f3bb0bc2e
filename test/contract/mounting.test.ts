import { connect } from 'node:net'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { createHaltingAgent } from '../flows/arrival.js'
import { ada, adaId, contosoId, graphId, webAppId } from '../support/identity-app.js'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { createUserAgent, signIn, type UserAgent } from '../support/user-agent.js'
import { pageRoutes, webApps, type WebAppOptions } from './web-app.js'

const publicOrigin = 'https://app.contoso.example'
const prefix = '/portal'
const routesUnderPrefix = {
  login: `${prefix}/auth/login`,
  callback: `${prefix}/auth/callback`,
  logout: `${prefix}/auth/logout`,
  frontChannelLogout: `${prefix}/auth/front-channel-logout`,
}
const form = { 'content-type': 'application/x-www-form-urlencoded' }

let emulator: Emulator

beforeAll(async () => {
  const directory = contosoDirectory()
  const app = directory.applications.find(({ appId }) => appId === webAppId)
  app?.redirectUris.push(`${publicOrigin}/auth/callback`)
  app?.redirectUris.push(`http://localhost${routesUnderPrefix.callback}`)
  directory.delegatedGrants?.push({
    tenant: contosoId,
    client: webAppId,
    resource: graphId,
    user: 'everyone',
    scopes: ['User.Read', 'openid', 'profile', 'offline_access', 'email'],
  })
  emulator = await startEmulator(directory)
})
afterAll(() => emulator.stop())

describe.each(webApps)('how an app is put together on $name', ({ mount }) => {
  let server: LoopbackServer
  let browser: UserAgent
  let listener: RequestListener
  /** Whatever was written after the end of an answer, or onto a connection that is gone. */
  let broken: unknown[]
  const at = (path: string) => `${server.origin}${path}`

  function start({ entra, ...options }: Partial<WebAppOptions> = {}) {
    listener = mount({
      ...options,
      entra: {
        tenant: contosoId,
        clientId: webAppId,
        credential: { secret: 'web-app-secret-for-the-emulator-only' },
        authorityHost: emulator.origin,
        graphEndpoint: emulator.graphOrigin,
        baseUrl: server.origin,
        secret: 'a-secret-of-the-contract-tests-32-chars',
        ...entra,
      },
      signIn: { scopes: ['User.Read'], ...options.signIn },
    })
  }

  beforeEach(async () => {
    browser = createUserAgent()
    broken = []
    server = await serve((request, response) => {
      response.on('error', (error) => broken.push(error))
      listener(request, response)
    })
  })
  afterEach(async () => {
    emulator.faults.clear()
    emulator.clearRequests()
    await server.stop()
    expect(broken).toEqual([])
  })

  it('signs in and out under a prefix', async () => {
    start({ prefix, signIn: { routes: routesUnderPrefix, afterSignOut: `${prefix}/` } })
    const page = await signIn(browser, at(`${prefix}${pageRoutes.private}?q=1`), ada)
    expect(page.url).toBe(at(`${prefix}${pageRoutes.private}?q=1`))
    expect(JSON.parse(page.html)).toMatchObject({ objectId: adaId })
    await browser.submit(await browser.get(at(routesUnderPrefix.logout)))
    const home = await browser.get(at(`${prefix}${pageRoutes.home}`))
    expect(JSON.parse(home.html)).toEqual({ name: null })
    expect((await browser.step(at('/auth/login'))).status).toBe(404)
  })

  it('signs in behind a proxy that ends https, and takes no address from a header', async () => {
    start({ entra: { baseUrl: publicOrigin } })
    const headers = {
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil.example',
      forwarded: 'for=192.0.2.1;host=evil.example;proto=https',
    }
    browser = createUserAgent({ map: { [new URL(publicOrigin).host]: server.origin } })
    const sent = await browser.step(`${publicOrigin}${pageRoutes.private}`, { headers })
    const redirectUri = new URL(sent.location ?? '').searchParams.get('redirect_uri')
    expect(redirectUri).toBe(`${publicOrigin}/auth/callback`)
    const page = await signIn(browser, sent.location ?? '', ada)
    expect([page.status, page.url]).toEqual([200, `${publicOrigin}${pageRoutes.private}`])
    const ours = browser.history
      .flatMap((hop) => hop.headers.getSetCookie())
      .filter((cookie) => cookie.includes('entrada'))
    expect(ours.length).toBeGreaterThan(0)
    for (const cookie of ours) expect(cookie).toMatch(/^__Host-.+; Secure/)
  })

  it.each(['forms', 'json'] as const)(
    'signs in by form_post and out by a form, with a body parser for %s in front',
    async (bodyParser) => {
      start({ bodyParser, signIn: { responseMode: 'form_post' } })
      const page = await signIn(browser, at(pageRoutes.private), ada)
      expect([page.status, page.url]).toEqual([200, at(pageRoutes.private)])
      await browser.submit(await browser.get(at('/auth/logout')))
      expect(JSON.parse((await browser.get(at('/'))).html)).toEqual({ name: null })
    },
  )

  it("leaves faults to the app's own error handler, and answers the rest itself", async () => {
    const told: unknown[] = []
    start({ ownHandler: (error) => told.push(error) })
    const fault = await browser.get(at(pageRoutes.broken))
    expect([fault.status, fault.html]).toEqual([500, '{"handled":"the handler is broken"}'])
    expect(told).toEqual([expect.any(TypeError)])
    await signIn(browser, at(pageRoutes.private), ada)
    const consent = await browser.step(at(pageRoutes.late))
    expect(consent.status).toBe(302)
    expect(consent.location).toContain(emulator.origin)
    expect(told).toHaveLength(1)
  })

  it('answers HEAD as GET without a body, and other methods with 405', async () => {
    start()
    const head = await browser.step(at(pageRoutes.private), { method: 'HEAD' })
    const get = await browser.step(at(pageRoutes.private))
    expect([head.status, head.html]).toEqual([get.status, ''])
    for (const method of ['HEAD', 'OPTIONS', 'PUT', 'DELETE']) {
      const answer = await browser.step(at('/auth/login'), { method })
      expect([method, answer.status]).toEqual([method, 405])
      expect(answer.headers.get('allow')).toBe('GET')
    }
    expect((await browser.step(at('/auth/callback'), { method: 'PUT' })).status).toBe(405)
    const options = await browser.step(at(pageRoutes.private), { method: 'OPTIONS' })
    expect(options.status).toBe(401)
  })

  it('survives a browser that leaves while its code is redeemed', async () => {
    start()
    const agent = createHaltingAgent()
    const callback = await agent.arrive(server)
    const cookie = agent.cookies.headerFor(new URL(callback), { method: 'GET', topLevel: true })
    emulator.faults.set({ endpoint: 'token', kind: 'slow', ms: 100, times: 1 })
    const asked = new AbortController()
    const gone = fetch(callback, {
      headers: { cookie: cookie ?? '' },
      redirect: 'manual',
      signal: asked.signal,
    })
    const stays = agent.step(callback)
    while (!emulator.requests.some(({ endpoint }) => endpoint === 'token')) {
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    asked.abort()
    await expect(gone).rejects.toThrow()
    // An unhandled rejection, or a write after the end, would fail the run.
    expect((await stays).status).toBe(303)
    expect(JSON.parse((await agent.get(at('/'))).html)).toEqual({ name: 'Ada Example' })
  })

  it('G67 O10 leaves an answer alone that a time limit gave while the code was redeemed', async () => {
    start()
    // Where @hono/node-server says that it came too late.
    const told = jest.spyOn(console, 'error').mockReturnValue()
    const agent = createHaltingAgent()
    const callback = await agent.arrive(server)
    const entrada = listener
    const over: Promise<unknown>[] = []
    listener = (request, response) => {
      setTimeout(() => response.writeHead(503).end('time is up'), 20)
      over.push(new Promise((resolve) => setTimeout(resolve, 200)))
      entrada(request, response)
    }
    emulator.faults.set({ endpoint: 'token', kind: 'slow', ms: 80, times: 1 })
    const answer = await agent.step(callback)
    expect([answer.status, answer.html]).toEqual([503, 'time is up'])
    // An unhandled rejection would fail the run.
    await Promise.all(over)
    told.mockRestore()
  })

  it.each(['without', 'with'])(
    'survives a form that is cut off, %s a body parser in front',
    async (way) => {
      const told: unknown[] = []
      start({
        bodyParser: way === 'with' ? 'forms' : undefined,
        ownHandler: (error) => told.push(error),
      })
      const socket = connect(server.port, 'localhost')
      socket.on('error', () => undefined)
      const request = `POST /auth/callback HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n`
      const head = Object.entries(form).map(([name, value]) => `${name}: ${value}\r\n`)
      socket.write(`${request}${head.join('')}\r\nstate=abc&co`)
      const whole = await browser.step(at('/auth/callback'), {
        method: 'POST',
        headers: form,
        body: 'state=abc&code=xyz',
      })
      expect(whole.status).toBe(400)
      socket.destroy()
      await once(socket, 'close')
      expect((await browser.get(at('/'))).status).toBe(200)
      expect(told.length).toBeLessThanOrEqual(1)
    },
  )
})
