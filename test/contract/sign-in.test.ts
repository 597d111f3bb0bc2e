import type { RequestListener } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import type { EntraOptions, SignInOptions } from 'entrada/express'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { createUserAgent, signIn, type UserAgent } from '../support/user-agent.js'
import { pageRoutes, tasksScope, webApps } from './web-app.js'

const contoso = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
const webApp = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
const adaId = '3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11'
const ada = { user: 'ada@contoso.example' }

// One clock for the app and for the platform, so that tokens grow old for both.
const clock = { now: Date.now() }
let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory(), { now: () => clock.now })
})
afterAll(() => emulator.stop())
afterEach(() => {
  emulator.faults.clear()
  emulator.clearRequests()
})

const grants = () =>
  emulator.requests
    .filter(({ endpoint }) => endpoint === 'token')
    .map(({ parameters }) => parameters['grant_type'])

describe.each(webApps)('the sign-in contract on $name', ({ mount }) => {
  let server: LoopbackServer
  let browser: UserAgent
  let listener: RequestListener

  async function start(options: EntraOptions = {}, signInOptions: SignInOptions = {}) {
    server = await serve((request, response) => listener(request, response))
    listener = mount({
      entra: {
        tenant: contoso,
        clientId: webApp,
        credential: { secret: 'web-app-secret-for-the-emulator-only' },
        authorityHost: emulator.origin,
        graphEndpoint: emulator.graphOrigin,
        baseUrl: server.origin,
        secret: 'a-secret-of-the-contract-tests-32-chars',
        clock: () => clock.now,
        ...options,
      },
      signIn: { scopes: ['User.Read'], ...signInOptions },
    })
  }
  const at = (path: string) => `${server.origin}${path}`

  beforeEach(() => {
    browser = createUserAgent()
    emulator.grants.clear()
  })
  afterEach(() => server.stop())

  it('sends a person to sign in, and back to the page they asked for', async () => {
    await start()
    const page = await signIn(browser, at(`${pageRoutes.private}?q=a%20b`), ada)
    expect(page.url).toBe(at(`${pageRoutes.private}?q=a%20b`))
    expect(JSON.parse(page.html)).toMatchObject({ tenantId: contoso, objectId: adaId })
    expect(JSON.parse((await browser.get(at('/'))).html)).toEqual({ name: 'Ada Example' })
  })

  it('answers a program 401 with JSON, and never a redirect', async () => {
    await start()
    const answer = await browser.xhr(at(pageRoutes.private))
    expect(answer.status).toBe(401)
    expect(JSON.parse(answer.html)).toMatchObject({ error: 'ERR_ENTRA_SIGN_IN_REQUIRED' })
  })

  it('answers a form of somebody who is not signed in with a page and a button', async () => {
    await start()
    const page = await browser.get(at(pageRoutes.private), {
      method: 'POST',
      body: 'text=kept',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(page.status).toBe(401)
    expect(page.html).toMatch(/<(?:a|button)\b/)
  })

  it('R13 asks for consent when the page that needs it is first opened, and only then', async () => {
    await start()
    await signIn(browser, at(pageRoutes.private), ada)
    const before = emulator.requests.length
    const inbox = await signIn(browser, at(pageRoutes.inbox), ada)
    expect(inbox).toMatchObject({ status: 200, url: at(pageRoutes.inbox) })
    const asked = emulator.requests
      .slice(before)
      .filter(({ endpoint }) => endpoint === 'authorize')
      .map(({ parameters }) => parameters['scope'])
    expect(asked[0]).toContain('https://graph.microsoft.com/Mail.Read')
    emulator.clearRequests()
    expect((await browser.get(at(pageRoutes.inbox))).status).toBe(200)
    expect(grants()).toEqual([])
  })

  it('gets tokens for several APIs from one sign-in, with one refresh token', async () => {
    emulator.grants.grantDelegated({
      tenant: contoso,
      client: webApp,
      resource: '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10',
      user: 'everyone',
      scopes: ['Tasks.Read'],
    })
    await start()
    await signIn(browser, at(pageRoutes.private), ada)
    const page = await browser.get(at(pageRoutes.tasks))
    expect(page).toMatchObject({ status: 200, html: '"[redacted]"' })
    expect(grants()).toEqual(['authorization_code', 'refresh_token'])
    expect(emulator.requests.at(-1)?.parameters['scope']).toContain(tasksScope)
  })

  it('turns a missing consent that a handler finds out into one redirect', async () => {
    await start()
    await signIn(browser, at(pageRoutes.private), ada)
    const page = await signIn(browser, at(pageRoutes.late), ada)
    expect(page).toMatchObject({ status: 200, url: at(pageRoutes.late) })
    expect(page.html).toContain('Calendars.Read')
  })

  it('does not ask again and again when consent is declined', async () => {
    await start()
    await signIn(browser, at(pageRoutes.private), ada)
    const page = await signIn(browser, at(pageRoutes.late), { ...ada, consent: 'decline' })
    expect(page.status).toBe(403)
    expect(page.html).toContain('Permission not granted')
    expect(JSON.parse((await browser.get(at('/'))).html)).toEqual({ name: 'Ada Example' })
  })

  it('renews an expired token without the user, once for parallel requests', async () => {
    await start()
    await signIn(browser, at(pageRoutes.inbox), ada)
    emulator.clearRequests()
    clock.now += 2 * 3600 * 1000
    const pages = await Promise.all(
      Array.from({ length: 5 }, () => browser.get(at(pageRoutes.inbox))),
    )
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(grants()).toEqual(['refresh_token'])
  })

  it('R23 R27 redirects for a new token when there is no refresh token', async () => {
    await start({}, { silentRenewal: false })
    await signIn(browser, at(pageRoutes.inbox), ada)
    emulator.clearRequests()
    clock.now += 2 * 3600 * 1000
    const page = await browser.get(at(pageRoutes.inbox))
    expect(page).toMatchObject({ status: 200, url: at(pageRoutes.inbox) })
    expect(grants()).toEqual(['authorization_code'])
  })

  it('L33 completes five tabs in any order', async () => {
    await start()
    const tabs = await Promise.all(
      [1, 2, 3, 4, 5].map((tab) => browser.step(at(`${pageRoutes.private}?tab=${tab}`))),
    )
    for (const [index, tab] of [...tabs.entries()].reverse()) {
      const page = await signIn(browser, tab.location ?? '', ada)
      expect(page.url).toBe(at(`${pageRoutes.private}?tab=${index + 1}`))
      expect(page.status).toBe(200)
    }
  })

  it('signs out by POST, here and at Entra, and asks again afterwards', async () => {
    await start()
    await signIn(browser, at(pageRoutes.private), ada)
    const form = await browser.get(at('/auth/logout'))
    const bye = await browser.submit(form, {})
    expect(bye.hops.map(({ url }) => new URL(url).pathname)).toContain(
      `/${contoso}/oauth2/v2.0/logout`,
    )
    expect(JSON.parse((await browser.get(at('/'))).html)).toEqual({ name: null })
    const again = await browser.step(at(pageRoutes.private))
    expect(again.status).toBe(302)
  })

  it('S21 refuses a sign-out that another site sends', async () => {
    await start()
    await signIn(browser, at(pageRoutes.private), ada)
    const answer = await browser.step(at('/auth/logout'), {
      method: 'POST',
      headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    })
    expect(answer.status).toBe(403)
    expect(JSON.parse((await browser.get(at('/'))).html)).toEqual({ name: 'Ada Example' })
  })

  it.each(['common', 'organizations'])(
    'signs in through %s on a host that is not Microsoft’s',
    async (tenant) => {
      await start({ tenant, tenants: [contoso] })
      const page = await signIn(browser, at(pageRoutes.private), ada)
      expect(JSON.parse(page.html)).toMatchObject({ tenantId: contoso })
      expect((await signIn(browser, at(pageRoutes.inbox), ada)).status).toBe(200)
    },
  )

  it('L25 refuses a user of a tenant that is not let in, with a page', async () => {
    await start({ tenant: 'organizations', tenants: [contoso] })
    const page = await signIn(browser, at(pageRoutes.private), { user: 'finn@fabrikam.example' })
    expect(page.status).toBe(403)
    expect(page.html).toContain('Another organization')
    expect(JSON.parse((await browser.get(at('/'))).html)).toEqual({ name: null })
  })

  it('signs in by form_post', async () => {
    await start({}, { responseMode: 'form_post' })
    const page = await signIn(browser, at(pageRoutes.private), ada)
    expect(page).toMatchObject({ status: 200, url: at(pageRoutes.private) })
  })

  it("leaves the handler's own error to the framework", async () => {
    await start()
    expect((await browser.get(at(pageRoutes.broken))).status).toBe(500)
  })

  it('answers 503 when Entra cannot be reached at the callback, and signs nobody out', async () => {
    await start()
    emulator.faults.set({ endpoint: 'token', kind: 'status', status: 503 })
    const page = await signIn(browser, at(pageRoutes.private), ada)
    expect(page.status).toBe(503)
  })
})
