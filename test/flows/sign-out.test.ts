import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import helmet from 'helmet'
import type { Emulator } from 'entrada/emulator'
import { formActionSourcesOf } from '../../src/middleware/form-action.js'
import { authorityOf } from '../../src/protocol/authority.js'
import { createUserAgent, signIn, type Page, type UserAgent } from '../support/user-agent.js'
import { ada } from './arrival.js'
import {
  contosoId,
  startConsentedEmulator,
  startWebApp,
  type WebApp,
  type WebAppOptions,
} from './web-app.js'

let emulator: Emulator
const apps: WebApp[] = []

beforeAll(async () => {
  emulator = await startConsentedEmulator()
})
afterAll(() => emulator.stop())
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.stop()))
  emulator.faults.clear()
})

async function start(options: WebAppOptions = {}): Promise<WebApp> {
  const app = await startWebApp(emulator, options)
  apps.push(app)
  return app
}

async function signedIn(options: WebAppOptions = {}) {
  const app = await start(options)
  const agent = createUserAgent()
  await signIn(agent, `${app.origin}/private`, ada)
  return { app, agent }
}

const isSignedIn = async (agent: UserAgent, app: WebApp) =>
  (await agent.get(`${app.origin}/`)).html !== '{"name":null}'
const post = (agent: UserAgent, app: WebApp, headers: Record<string, string>, body = '') =>
  agent.step(`${app.origin}/auth/logout`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body,
  })

describe('sign-out', () => {
  it('ends the session here, then at Entra, with the registered address to come back to', async () => {
    const { app, agent } = await signedIn()
    const page = await post(agent, app, { 'sec-fetch-site': 'same-origin' })
    expect(page.status).toBe(303)
    const target = new URL(page.location ?? '')
    expect(target.href).toContain(`${emulator.authority}/oauth2/v2.0/logout?`)
    expect(target.searchParams.get('post_logout_redirect_uri')).toBe(`${app.origin}/`)
    expect(await isSignedIn(agent, app)).toBe(false)
  })

  it('goes to Entra for a button pressed twice, and for nobody else who is not signed in', async () => {
    const { app, agent } = await signedIn()
    const ours = { 'sec-fetch-site': 'same-origin' }
    await post(agent, app, ours)
    const again = await post(agent, app, ours)
    expect(again.status).toBe(303)
    const target = new URL(again.location ?? '')
    expect(target.href).toContain(`${emulator.authority}/oauth2/v2.0/logout?`)
    expect(target.searchParams.get('logout_hint')).toBe(null)
    const script = await post(agent, app, { ...ours, 'sec-fetch-mode': 'cors' })
    expect(JSON.parse(script.html)).toEqual({ signOutUrl: target.href })
    expect(await post(agent, app, { 'sec-fetch-site': 'cross-site' })).toMatchObject({
      status: 303,
      location: `${app.origin}/`,
    })
    const program = await agent.step(`${app.origin}/auth/logout`, {
      headers: { 'sec-fetch-mode': 'cors' },
    })
    expect([program.status, JSON.parse(program.html)]).toEqual([200, { signOutUrl: '/' }])
  })

  it('GET shows a page with a button, which works under helmet and its no-referrer policy', async () => {
    const sources = formActionSourcesOf(authorityOf(contosoId, emulator.origin))
    const before = helmet({ contentSecurityPolicy: { directives: { formAction: [...sources] } } })
    const { app, agent } = await signedIn({ before })
    const page = await agent.get(`${app.origin}/auth/logout`)
    expect(page.status).toBe(200)
    expect(page.html).toContain('Ada Example')
    expect(page.headers.get('content-security-policy')).toContain(
      `form-action 'self' ${emulator.origin}`,
    )
    expect(await isSignedIn(agent, app)).toBe(true)
    await agent.submit(page)
    expect(
      agent.history.some(
        ({ method, requestHeaders }) => method === 'POST' && requestHeaders['origin'] === 'null',
      ),
    ).toBe(true)
    expect(await isSignedIn(agent, app)).toBe(false)
  })

  it('S21 from another site has no effect, and a person is asked instead', async () => {
    const { app, agent } = await signedIn()
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-site', origin: 'https://other.contoso.com' },
      { 'sec-fetch-site': 'cross-site', origin: 'null' },
      { 'sec-fetch-site': 'none', origin: 'null' },
      { 'sec-fetch-site': '', origin: 'null' },
    ]
    for (const headers of foreign) {
      const page = await post(agent, app, headers)
      expect([headers, page.status]).toEqual([headers, 403])
      expect(page.html).toContain('<button>Sign out</button>')
    }
    for (const path of ['/auth/logout', '/auth/logout?token=x']) {
      expect((await agent.step(app.origin + path)).status).toBe(200)
    }
    expect(await isSignedIn(agent, app)).toBe(true)
  })

  it('S21 the token of another sign-in, or a made-up one, is worth nothing', async () => {
    const { app, agent } = await signedIn()
    const other = createUserAgent()
    await signIn(other, `${app.origin}/private`, ada)
    const tokenOf = (page: Page) => /name="token" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
    const foreign = tokenOf(await other.get(`${app.origin}/auth/logout`))
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'null' }
    for (const token of [foreign, '', 'x', `${foreign}A`]) {
      expect((await post(agent, app, headers, `token=${token}`)).status).toBe(403)
    }
    const own = tokenOf(await agent.get(`${app.origin}/auth/logout`))
    expect((await post(agent, app, headers, `token=${own}`)).status).toBe(303)
  })

  it('takes an Origin of ours where a browser sends no Fetch Metadata', async () => {
    const { app, agent } = await signedIn()
    expect((await post(agent, app, { 'sec-fetch-site': '', origin: app.origin })).status).toBe(303)
  })

  it('S30 puts no token into the address at Entra', async () => {
    const { app, agent } = await signedIn()
    const page = await post(agent, app, { 'sec-fetch-site': 'same-origin' })
    const { searchParams } = new URL(page.location ?? '')
    expect([...searchParams.keys()]).toEqual(
      expect.arrayContaining(['post_logout_redirect_uri', 'logout_hint']),
    )
    expect(searchParams.has('id_token_hint')).toBe(false)
    expect(page.location).not.toMatch(/eyJ/)
  })

  it('S22 goes nowhere that the request names', async () => {
    const { app, agent } = await signedIn()
    const page = await agent.step(
      `${app.origin}/auth/logout?returnTo=https://evil.example&post_logout_redirect_uri=https://evil.example`,
      {
        method: 'POST',
        headers: { 'sec-fetch-site': 'same-origin' },
      },
    )
    expect(page.location).not.toContain('evil')
  })

  it('S23 works when Entra is down, and without a session', async () => {
    const { app, agent } = await signedIn()
    emulator.faults.set({ endpoint: 'any', kind: 'reset' })
    expect((await post(agent, app, { 'sec-fetch-site': 'same-origin' })).status).toBe(303)
    expect(await isSignedIn(agent, app)).toBe(false)
    const again = await post(agent, app, { 'sec-fetch-site': 'cross-site' })
    expect([again.status, again.headers.get('location')]).toEqual([303, '/'])
  })

  it('goes to Entra too when the sign-in is over here, for it may go on there', async () => {
    let now = Date.now()
    const { app, agent } = await signedIn({ clock: () => now })
    now += 8 * 24 * 3_600_000
    const page = await post(agent, app, { 'sec-fetch-site': 'same-origin' })
    expect(page.location).toContain(`${emulator.authority}/oauth2/v2.0/logout?`)
  })

  it('S27 S15 a session that a slow request saves again stays signed out', async () => {
    const gate = { open: () => {}, reached: () => {} }
    const reached = new Promise<void>((resolve) => (gate.reached = resolve))
    const opened = new Promise<void>((resolve) => (gate.open = resolve))
    const { app, agent } = await signedIn({
      routes: (express) => {
        express.get('/slow', (request, response, next) => {
          Object.assign(request.session, { slow: true })
          gate.reached()
          opened.then(() => response.send('saved'), next)
        })
      },
    })
    const cookie = `connect.sid=${agent.cookies.valueOf(app.origin, 'connect.sid') ?? ''}`
    const slow = createUserAgent().step(`${app.origin}/slow`, { headers: { cookie } })
    await reached
    await post(agent, app, { 'sec-fetch-site': 'same-origin' })
    gate.open()
    await slow
    const page = await createUserAgent().step(`${app.origin}/session`, { headers: { cookie } })
    expect(page.html).toContain('"slow":true')
    expect((await createUserAgent().step(`${app.origin}/`, { headers: { cookie } })).html).toBe(
      '{"name":null}',
    )
  })

  it('S25 has no route for back-channel sign-out', async () => {
    const app = await start()
    const page = await createUserAgent().step(`${app.origin}/auth/back-channel-logout`, {
      method: 'POST',
    })
    expect(page.status).toBe(404)
  })

  it('answers a program with the address to go on to', async () => {
    const { app, agent } = await signedIn()
    const page = await agent.xhr(`${app.origin}/auth/logout`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin' },
    })
    expect(page.status).toBe(200)
    expect(page.html).toContain('/oauth2/v2.0/logout?')
    expect(await isSignedIn(agent, app)).toBe(false)
  })
})

describe('front-channel sign-out', () => {
  const sidOf = async (agent: UserAgent, app: WebApp) =>
    (
      JSON.parse((await agent.get(`${app.origin}/private`)).html) as {
        account: { sessionId: string }
      }
    ).account.sessionId

  it('S24 ends the sign-ins of that session at Entra, without any cookie, and no other', async () => {
    const { app, agent } = await signedIn()
    const other = createUserAgent()
    await signIn(other, `${app.origin}/private`, ada)
    const [sid, otherSid] = [await sidOf(agent, app), await sidOf(other, app)]
    expect(sid).not.toBe(otherSid)
    const page = await createUserAgent().step(`${app.origin}/auth/front-channel-logout?sid=${sid}`)
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(await isSignedIn(agent, app)).toBe(false)
    expect(await isSignedIn(other, app)).toBe(true)
  })

  it('S24 ignores unknown, repeated and malformed ids, and another issuer', async () => {
    const { app, agent } = await signedIn()
    const sid = await sidOf(agent, app)
    const queries = [
      '',
      'sid=',
      `sid=${sid}&sid=x`,
      'sid=00000000-0000-0000-0000-000000000000',
      `sid=${'a'.repeat(9_000)}`,
      `sid=${sid}&iss=https://evil.example/`,
    ]
    for (const query of queries) {
      expect(
        (await createUserAgent().step(`${app.origin}/auth/front-channel-logout?${query}`)).status,
      ).toBe(200)
      expect([query, await isSignedIn(agent, app)]).toEqual([query, true])
    }
  })

  it('a new sign-in in the same session at Entra counts again', async () => {
    let now = Date.now()
    const { app, agent } = await signedIn({ clock: () => now })
    const sid = await sidOf(agent, app)
    await createUserAgent().step(`${app.origin}/auth/front-channel-logout?sid=${sid}`)
    now += 1_000
    await signIn(agent, `${app.origin}/private`, ada)
    expect(await sidOf(agent, app)).toBe(sid)
  })
})
