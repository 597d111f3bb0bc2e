import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { startEmulator, type Emulator } from 'entrada/emulator'
import { createUserAgent, signIn } from '../support/user-agent.js'
import { ada, createHaltingAgent } from './arrival.js'
import {
  consentedDirectory,
  startWebApp,
  webAppId,
  type WebApp,
  type WebAppOptions,
} from './web-app.js'

let emulator: Emulator
const apps: WebApp[] = []

beforeAll(async () => {
  const directory = consentedDirectory()
  const app = directory.applications.find(({ appId }) => appId === webAppId)
  app?.redirectUris.push('https://app.contoso.example/auth/callback')
  app?.redirectUris.push('https://www.contoso.example/auth/callback')
  emulator = await startEmulator(directory)
})
afterAll(() => emulator.stop())
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.stop()))
  emulator.clearRequests()
})

const baseUrls = ['https://app.contoso.example', 'https://www.contoso.example']

/** An app with two public addresses, and a proxy in front that ends https and passes on `Host`. */
async function start(options: WebAppOptions = {}) {
  const warnings: string[] = []
  const app = await startWebApp(emulator, { baseUrls, warnings, ...options })
  apps.push(app)
  const hosts = baseUrls.map((one) => [new URL(one).host, app.origin])
  const browser = { map: Object.fromEntries(hosts) as Record<string, string> }
  return { app, browser, warnings }
}

const tokenCalls = () => emulator.requests.filter(({ endpoint }) => endpoint === 'token').length

describe('an app with several public addresses', () => {
  it('signs in at each of them, with cookies that belong to that one', async () => {
    const { browser } = await start()
    for (const origin of baseUrls) {
      const agent = createUserAgent(browser)
      const page = await signIn(agent, `${origin}/private?x=1`, ada)
      expect([page.url, page.status]).toEqual([`${origin}/private?x=1`, 200])
      const names = agent.history.flatMap(({ headers }) => headers.getSetCookie())
      expect(names.filter((one) => one.startsWith('__Host-entrada.')).length).toBeGreaterThan(0)
      expect(names.filter((one) => /^entrada/.test(one))).toEqual([])
    }
  })

  it('says so when a response comes back to another of them, and signs nobody in', async () => {
    const { app } = await start()
    const [first, second] = baseUrls.map((origin) => new URL(origin).host)
    const started = await createUserAgent().step(`${app.origin}/private`, {
      headers: { host: first ?? '' },
    })
    // Two addresses on one host share their cookies, as two ports of localhost do.
    const cookie = started.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ')
    const state = new URL(started.location ?? '').searchParams.get('state') ?? ''
    const back = `${app.origin}/auth/callback?code=abc&state=${state}`
    const page = await createUserAgent().step(back, { headers: { cookie, host: second ?? '' } })
    expect(page.status).toBe(400)
    expect(page.html).toContain('several addresses')
    expect(tokenCalls()).toBe(0)
  })

  it('tells the developer when one comes back to an address that is not configured', async () => {
    const { app, warnings } = await start()
    const back = `${app.origin}/auth/callback?code=abc&state=${'a'.repeat(43)}`
    const step = (host: string) => createUserAgent().step(back, { headers: { host } })
    expect((await step('internal:8080')).status).toBe(400)
    expect((await step('<script>')).html).not.toContain('<script>')
    expect((await step('app.contoso.example')).status).toBe(400)
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toContain('came back to internal:8080, and baseUrl is https://app.')
    expect(warnings.join()).not.toContain('script')
    for (let count = 0; count < 40; count += 1) await step(`host-${count}.example`)
    expect(warnings.length).toBeLessThan(25)
  })

  it('completes behind a proxy that does not pass on Host', async () => {
    const app = await startWebApp(emulator, {})
    apps.push(app)
    const agent = createHaltingAgent()
    const callback = await agent.arrive(app)
    const page = await agent.step(callback, { headers: { host: 'internal:8080' } })
    expect([page.status, page.headers.get('location')]).toEqual([303, '/private'])
  })
})
