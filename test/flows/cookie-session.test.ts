import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import express from 'express'
import type { Emulator } from 'entrada/emulator'
import { entra, type EntraOptions, type ExpressIdentity, type SignInOptions } from 'entrada/express'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { createUserAgent, signIn, type UserAgent } from '../support/user-agent.js'
import { ada } from './arrival.js'
import { withClaims } from './tampering.js'
import { adaId, contosoId, secret, startConsentedEmulator, webAppId } from './web-app.js'

const sessionCookie = 'entrada-session.5e7f2d91'
let emulator: Emulator
const servers: LoopbackServer[] = []

beforeAll(async () => {
  emulator = await startConsentedEmulator()
})
afterAll(() => emulator.stop())
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()))
})

interface App {
  origin: string
  identity: ExpressIdentity
}

async function start(options: EntraOptions = {}, signInOptions: SignInOptions = {}): Promise<App> {
  const app = express()
  app.set('env', 'test') // Express prints unhandled errors in other environments
  const server = await serve(app)
  servers.push(server)
  const identity = entra({
    tenant: contosoId,
    clientId: webAppId,
    credential: { secret: 'web-app-secret-for-the-emulator-only' },
    authorityHost: emulator.origin,
    graphEndpoint: emulator.graphOrigin,
    baseUrl: server.origin,
    secret,
    ...options,
  })
  app.use(identity.signIn({ scopes: ['User.Read'], session: 'cookie', ...signInOptions }))
  app.get('/', (request, response) => {
    response.json({ name: identity.accountIfAny(request)?.name ?? null })
  })
  app.get('/private', identity.requireSignIn(), (request, response) => {
    response.json(identity.account(request))
  })
  app.get('/streaming', identity.requireSignIn(), async (request, response) => {
    response.write('begun ')
    const token = await identity.forUser(request).token('User.Read')
    response.end(token.scopes.join(' '))
  })
  app.use(identity.errors())
  return { origin: server.origin, identity }
}

const nameSeenBy = async (agent: UserAgent, { origin }: App) =>
  (JSON.parse((await agent.get(`${origin}/`)).html) as { name: string | null }).name
const nameWith = async (cookie: string, { origin }: App) =>
  (await createUserAgent().step(`${origin}/`, { headers: { cookie } })).html
const held = (agent: UserAgent, { origin }: App) =>
  agent.cookies.valueOf(origin, sessionCookie) ?? ''

async function signedIn(options?: EntraOptions, signInOptions?: SignInOptions) {
  const app = await start(options, signInOptions)
  const agent = createUserAgent()
  const page = await signIn(agent, `${app.origin}/private`, ada)
  expect(page.status).toBe(200)
  return { app, agent }
}

describe('a session in a cookie of ours', () => {
  it('S09 S10 is one small cookie for the host, out of reach of scripts, and is not cached', async () => {
    const { agent, app } = await signedIn()
    const callback = agent.history.find(({ url }) => url.includes('/auth/callback'))
    const set = callback?.headers.getSetCookie().filter((one) => one.startsWith(sessionCookie))
    expect(set).toHaveLength(1)
    expect(set?.[0]).toMatch(/; Path=\/; Max-Age=86400; HttpOnly; SameSite=Lax$/)
    expect(`__Host-${sessionCookie}=${held(agent, app)}`.length).toBeLessThanOrEqual(400)
    expect(callback?.headers.get('cache-control')).toBe('no-store')
    expect(callback?.headers.get('vary')).toContain('Cookie')
  })

  it('S09 S11 on https its name has the prefix that no neighbour can plant', async () => {
    const app = await start({ baseUrl: 'https://app.contoso.example' })
    const headers = { cookie: `${sessionCookie}=planted` }
    const page = await createUserAgent().step(`${app.origin}/private`, { headers })
    expect(page.headers.getSetCookie()[0]).toMatch(/^__Host-entrada\..*; SameSite=Lax; Secure$/)
  })

  it('is set when something has changed, and not with every page', async () => {
    const { agent, app } = await signedIn()
    const page = await agent.step(`${app.origin}/private`)
    expect([page.status, page.headers.getSetCookie()]).toEqual([200, []])
    expect((await createUserAgent().step(`${app.origin}/`)).headers.getSetCookie()).toEqual([])
  })

  it('S13 stays small however many claims there are', async () => {
    const groups = Array.from({ length: 200 }, (_, index) => `group-with-a-long-name-${index}`)
    const { agent, app } = await signedIn({
      fetch: withClaims(emulator, { groups, name: 'Ä'.repeat(500), extra: 'x'.repeat(9_000) }),
    })
    expect(`__Host-${sessionCookie}=${held(agent, app)}`.length).toBeLessThanOrEqual(400)
    expect(await nameSeenBy(agent, app)).toMatch(/^Ä+$/)
  })

  it('S04 changed, cut off, empty or doubled it is nobody, and never an error', async () => {
    const { agent, app } = await signedIn()
    const value = held(agent, app)
    expect(await nameWith(`${sessionCookie}=${value}`, app)).toContain('Ada')
    const spoiled = [
      value.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A')),
      value.slice(0, 50),
      value.slice(1),
      '',
      '1',
      `"${value}"`,
      `${value}=`,
      'x'.repeat(5_000),
    ]
    for (const one of spoiled) {
      expect([one, await nameWith(`${sessionCookie}=${one}`, app)]).toEqual([one, '{"name":null}'])
    }
  })

  it('S11 of two cookies with one name neither counts, whichever comes first', async () => {
    const { agent, app } = await signedIn()
    const { agent: attacker } = { agent: createUserAgent() }
    await signIn(attacker, `${app.origin}/private`, { user: 'grace@contoso.example' })
    const [mine, planted] = [held(agent, app), held(attacker, app)]
    for (const [one, two] of [
      [mine, planted],
      [planted, mine],
    ]) {
      const cookie = `${sessionCookie}=${one}; ${sessionCookie}=${two}`
      expect(await nameWith(cookie, app)).toBe('{"name":null}')
    }
  })

  it('S05 a transaction in its place is nothing, and neither is the session of another app', async () => {
    const app = await start()
    const agent = createUserAgent()
    await agent.step(`${app.origin}/private`)
    const [transaction] = agent.cookies.all().filter(({ name }) => name.startsWith('entrada.'))
    expect(await nameWith(`${sessionCookie}=${transaction?.value}`, app)).toBe('{"name":null}')
    const daemon = await start({ clientId: '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264' })
    const { agent: other, app: own } = await signedIn()
    const cookie = `entrada-session.8a2e4c6f=${held(other, own)}`
    expect(await nameWith(cookie, daemon)).toBe('{"name":null}')
  })

  it('S06 X02 is read with the previous secret, and not without it', async () => {
    const { agent, app } = await signedIn()
    const cookie = `${sessionCookie}=${held(agent, app)}`
    const newer = 'a-newer-secret-that-replaces-the-other-one'
    expect(await nameWith(cookie, await start({ secret: [newer, secret] }))).toContain('Ada')
    const stranger = await start({ secret: newer })
    const page = await createUserAgent().step(`${stranger.origin}/`, { headers: { cookie } })
    // Another process may have the secret that this one lacks, so the cookie stays.
    expect([page.html, page.headers.getSetCookie()]).toEqual(['{"name":null}', []])
  })

  it('S07 S08 ends by the time inside the seal, however long a browser keeps it', async () => {
    let now = Date.now()
    const hour = 3600_000
    const { agent, app } = await signedIn(
      { clock: () => now },
      { lifetime: { idle: 3600, absolute: 3 * 3600 } },
    )
    const first = `${sessionCookie}=${held(agent, app)}`
    for (let count = 0; count < 3; count += 1) {
      now += 0.9 * hour
      expect([count, await nameSeenBy(agent, app)]).toEqual([count, 'Ada Example'])
    }
    expect(await nameWith(first, app)).toBe('{"name":null}')
    now += 0.9 * hour
    expect(await nameSeenBy(agent, app)).toBe(null)
  })

  it('S02 another user who signs in over it finds nothing of the one before', async () => {
    const { agent, app } = await signedIn({}, { forwardParameters: ['prompt'] })
    const before = `${sessionCookie}=${held(agent, app)}`
    await signIn(agent, `${app.origin}/auth/login?prompt=select_account`, {
      user: 'grace@contoso.example',
    })
    expect(await nameSeenBy(agent, app)).toContain('Grace')
    expect(await nameWith(before, app)).toBe('{"name":null}')
  })

  it.each(['ada', 'grace'])(
    'S02 what a sign-in left that is over is for the same user only: then comes %s',
    async (user) => {
      let now = Date.now()
      const { agent, app } = await signedIn(
        { clock: () => now },
        { lifetime: { idle: 3600 }, forwardParameters: ['prompt'] },
      )
      const signedOut = `${sessionCookie}=${held(agent, app)}`
      now += 2 * 3600_000
      expect(await nameSeenBy(agent, app)).toBe(null)
      expect(await nameSeenBy(agent, app)).toBe(null)
      expect(held(agent, app)).not.toBe('')
      now -= 2 * 3600_000
      expect(await nameWith(signedOut, app)).toContain('Ada')
      await signIn(agent, `${app.origin}/auth/login?prompt=select_account`, {
        user: `${user}@contoso.example`,
      })
      expect((await nameSeenBy(agent, app))?.toLowerCase()).toContain(user)
    },
  )

  it('S02 S15 a slow request of the user before does not sign out the one since', async () => {
    const { agent, app } = await signedIn({}, { forwardParameters: ['prompt'] })
    const before = `${sessionCookie}=${held(agent, app)}`
    await signIn(agent, `${app.origin}/auth/login?prompt=select_account`, {
      user: 'grace@contoso.example',
    })
    const late = await createUserAgent().step(`${app.origin}/`, { headers: { cookie: before } })
    expect([late.html, late.headers.getSetCookie()]).toEqual(['{"name":null}', []])
    expect(await nameSeenBy(agent, app)).toContain('Grace')
  })

  it('X03 a sign-in right after a sign-out everywhere counts, and one right before does not', async () => {
    let now = Math.floor(Date.now() / 1000) * 1000 + 200
    const { agent, app } = await signedIn({ clock: () => now })
    now += 200
    const { tid: tenantId, oid: objectId } = { tid: contosoId, oid: adaId }
    await app.identity.signOutEverywhere({ tenantId, objectId })
    expect(await nameSeenBy(agent, app)).toBe(null)
    now += 200
    await signIn(agent, `${app.origin}/private`, ada)
    expect(await nameSeenBy(agent, app)).toBe('Ada Example')
  })

  it('S13 a cookie that just fits can still note that the user was active', async () => {
    let now = Date.now()
    const fitting = { text: '' }
    const { agent, app } = await signedIn(
      { clock: () => now },
      { lifetime: { idle: 86_400 }, afterSignIn: () => fitting },
    )
    await signIn(agent, `${app.origin}/auth/login`, ada)
    const room = 3_800 - held(agent, app).length
    fitting.text = ' '.repeat(Math.floor((room * 3) / 4) - 2)
    await signIn(agent, `${app.origin}/auth/login`, ada)
    expect(held(agent, app).length).toBeGreaterThan(3_796)
    now += 80_000_000
    const page = await agent.step(`${app.origin}/private`)
    expect(page.status).toBe(200)
    expect(page.headers.getSetCookie()).toHaveLength(1)
  })

  it('S27 a cookie that was kept is nobody after the sign-out', async () => {
    const { agent, app } = await signedIn()
    const kept = `${sessionCookie}=${held(agent, app)}`
    const headers = { 'sec-fetch-site': 'same-origin' }
    await agent.step(`${app.origin}/auth/logout`, { method: 'POST', headers })
    expect(held(agent, app)).toBe('')
    expect(await nameWith(kept, app)).toBe('{"name":null}')
  })

  it('S14 tokens are to be had when the answer has begun already', async () => {
    const { agent, app } = await signedIn()
    const page = await agent.get(`${app.origin}/streaming`)
    expect(page.html).toMatch(/^begun .*User\.Read/)
  })
})
