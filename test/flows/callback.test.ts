import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Emulator } from 'entrada/emulator'
import { createUserAgent, signIn, type UserAgent } from '../support/user-agent.js'
import { ada, createHaltingAgent, withParameters } from './arrival.js'
import {
  secret,
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
  emulator.clearRequests()
})

async function start(options: WebAppOptions = {}): Promise<WebApp> {
  const app = await startWebApp(emulator, options)
  apps.push(app)
  return app
}

const tokenCalls = () => emulator.requests.filter(({ endpoint }) => endpoint === 'token').length
const isSignedIn = async (agent: UserAgent, app: WebApp) =>
  (await agent.get(`${app.origin}/`)).html !== '{"name":null}'

describe('a callback that belongs to no sign-in', () => {
  it('L01 L02 L04 without, with a wrong or with a repeated state: 4xx and no token call', async () => {
    const app = await start()
    const agent = createHaltingAgent()
    const callback = await agent.arrive(app)
    const state = new URL(callback).searchParams.get('state') ?? ''
    const changed = state.slice(0, -1) + (state.endsWith('A') ? 'B' : 'A')
    const states = [
      undefined,
      '',
      'wrong',
      state.slice(0, 20),
      state + 'A',
      changed,
      'A'.repeat(8_000),
      '__proto__',
      '\0',
      'a b',
      [state, 'evil'],
      ['evil', state],
    ]
    for (const value of states) {
      const page = await agent.step(withParameters(callback, { state: value }))
      expect([value, page.status]).toEqual([value, 400])
      expect(page.html).toContain('Sign-in not completed')
    }
    expect(tokenCalls()).toBe(0)
    expect(await isSignedIn(agent, app)).toBe(false)
    expect((await agent.step(callback)).status).toBe(303)
  })

  it('L03 a sign-in of the attacker in the browser of a victim signs nobody in', async () => {
    const app = await start()
    const callback = await createHaltingAgent().arrive(app)
    const victim = createUserAgent()
    await victim.step(`${app.origin}/private`)
    expect((await victim.step(callback)).status).toBe(400)
    expect(await isSignedIn(victim, app)).toBe(false)
    expect(tokenCalls()).toBe(0)
  })

  it('L06 the code of another sign-in is refused by PKCE, and the sign-in begins again once', async () => {
    const app = await start()
    const [victim, attacker] = [createHaltingAgent(), createHaltingAgent()]
    const code = new URL(await victim.arrive(app)).searchParams.get('code') ?? ''
    const page = await attacker.step(withParameters(await attacker.arrive(app), { code }))
    expect(page.location).toContain(`${emulator.origin}/`)
    expect(await isSignedIn(attacker, app)).toBe(false)
  })

  it('L13 L12 the transaction of another tenant or client is not accepted', async () => {
    const app = await start()
    const agent = createHaltingAgent()
    const callback = await agent.arrive(app)
    const cookie = agent.cookies
      .all()
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    const other = await start({ tenant: 'b24f6c1e-93d7-4f0a-9a55-6e1c7d20f8e4', signIn: {} })
    const there = callback.replace(app.origin, other.origin)
    expect((await createUserAgent().step(there, { headers: { cookie } })).status).toBe(400)
    expect(tokenCalls()).toBe(0)
  })
})

describe('a malformed callback', () => {
  it('L08 code missing, empty, repeated, with control characters or of 8 kB: 4xx, no token call', async () => {
    const app = await start()
    const agent = createHaltingAgent()
    const callback = await agent.arrive(app)
    for (const code of [undefined, '', ['a', 'b'], 'a\r\nb', 'a'.repeat(8_000), 'ä']) {
      const page = await agent.step(withParameters(callback, { code }))
      expect([code, page.status]).toEqual([code, 400])
    }
    expect(tokenCalls()).toBe(0)
  })

  it('L11 the issuer of another server, empty or repeated: 4xx, nobody is signed in', async () => {
    for (const iss of [
      'https://evil.example/v2.0',
      '',
      ['a', 'b'],
      `${emulator.authority}/v2.0/`,
    ]) {
      const app = await start()
      const agent = createHaltingAgent()
      const page = await agent.step(withParameters(await agent.arrive(app), { iss }))
      expect([iss, page.status]).toEqual([iss, 400])
      expect(await isSignedIn(agent, app)).toBe(false)
    }
  })

  it('L17 tokens in the front channel are refused', async () => {
    const app = await start()
    const agent = createHaltingAgent()
    const callback = await agent.arrive(app)
    for (const name of ['id_token', 'access_token', 'response']) {
      expect((await agent.step(withParameters(callback, { [name]: 'eyJ' }))).status).toBe(400)
    }
    expect(tokenCalls()).toBe(0)
  })

  it('L19 other methods and bodies: 4xx, HEAD without effect', async () => {
    const app = await start()
    const agent = createHaltingAgent()
    const callback = await agent.arrive(app)
    for (const method of ['HEAD', 'PUT', 'OPTIONS', 'DELETE']) {
      const page = await agent.step(callback, { method })
      expect([method, page.status, page.headers.get('allow')]).toEqual([method, 405, 'GET, POST'])
    }
    const bodies: [string, string][] = [
      ['application/json', '{"code":"a","state":"b"}'],
      ['multipart/form-data; boundary=x', '--x--'],
    ]
    for (const [type, body] of bodies) {
      const headers = { 'content-type': type }
      const page = await agent.step(`${app.origin}/auth/callback`, {
        method: 'POST',
        headers,
        body,
      })
      expect([type, page.status]).toEqual([type, 400])
    }
    expect(tokenCalls()).toBe(0)
    expect((await agent.step(callback)).status).toBe(303)
  })
})

describe('an error instead of a code', () => {
  const errors: [string, string, string][] = [
    ['access_denied', '', 'Sign-in cancelled'],
    ['access_denied', 'AADSTS65004: User declined to consent.', 'Permission not granted'],
    ['consent_required', 'AADSTS90094: Admin consent is required.', 'Approval needed'],
    ['login_required', 'AADSTS50058', 'Sign-in needed'],
    ['interaction_required', 'AADSTS50105', 'Sign-in needed'],
    ['invalid_request', 'AADSTS90023', 'Sign-in refused'],
  ]

  it('L14 shows a page of its own for each, clears the transaction and does not loop', async () => {
    for (const [error, description, title] of errors) {
      const app = await start()
      const agent = createHaltingAgent()
      const callback = withParameters(await agent.arrive(app), {
        code: undefined,
        error,
        error_description: description,
      })
      const page = await agent.step(callback)
      expect([error, page.status]).toEqual([error, 403])
      expect(page.html).toContain(`<h1>${title}</h1>`)
      expect(page.html).toContain('Try again')
      expect(agent.cookies.all().filter(({ name }) => name.startsWith('entrada'))).toEqual([])
      expect((await agent.step(callback)).status).toBe(403)
    }
    expect(tokenCalls()).toBe(0)
  })

  it('L14 without a state, or without a pending sign-in, it is told as well', async () => {
    const app = await start()
    const agent = createUserAgent()
    for (const query of ['error=access_denied', 'error=access_denied&state=unknown']) {
      const page = await agent.step(`${app.origin}/auth/callback?${query}`)
      expect(page.status).toBe(403)
      expect(page.html).toContain('Sign-in cancelled')
    }
  })

  it('an outage at Entra is 503, and the same answer may be tried again', async () => {
    const app = await start()
    const agent = createHaltingAgent()
    const callback = await agent.arrive(app)
    const page = await agent.step(
      withParameters(callback, { code: undefined, error: 'temporarily_unavailable' }),
    )
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '5'])
    expect((await agent.step(callback)).status).toBe(303)
  })

  it('L15 O04 nothing of the request is on the page but the AADSTS number and the correlation id', async () => {
    const app = await start()
    const agent = createUserAgent()
    const correlation = '362f19f0-f220-4998-8522-be5fdbdf122e'
    const page = await agent.step(
      withParameters(`${app.origin}/auth/callback`, {
        error: 'access_denied',
        error_description: `AADSTS65004: <img src=x onerror=alert(1)> Correlation ID: ${correlation}\r\n`,
        error_uri: 'javascript:alert(2)',
      }),
    )
    expect(page.html).not.toMatch(/onerror|alert|javascript/)
    expect(page.html).toContain('AADSTS65004')
    expect(page.html).toContain(correlation)
    const policy = page.headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("form-action 'self'")
  })

  it('L15 an error that is not a word is a malformed callback', async () => {
    const app = await start()
    const page = await createUserAgent().step(
      `${app.origin}/auth/callback?error=${encodeURIComponent('<b>ä\r\n')}`,
    )
    expect(page.status).toBe(400)
  })

  it('L16 together with a code it is an error', async () => {
    const app = await start()
    const agent = createHaltingAgent()
    const page = await agent.step(
      withParameters(await agent.arrive(app), { error: 'access_denied' }),
    )
    expect(page.status).toBe(403)
    expect(tokenCalls()).toBe(0)
  })
})

describe('a callback that comes again', () => {
  it('L09 by reload or back button: a harmless redirect, one token call', async () => {
    const app = await start()
    const agent = createHaltingAgent()
    const callback = await agent.arrive(app, '/private?page=2')
    for (let count = 0; count < 3; count += 1) {
      const page = await agent.step(callback)
      expect([page.status, page.headers.get('location')]).toEqual([303, '/private?page=2'])
    }
    expect(tokenCalls()).toBe(1)
    expect(await isSignedIn(agent, app)).toBe(true)
  })

  it('L09 in another browser: 4xx', async () => {
    const app = await start()
    const agent = createHaltingAgent()
    const callback = await agent.arrive(app)
    await agent.step(callback)
    expect((await createUserAgent().step(callback)).status).toBe(400)
    expect(tokenCalls()).toBe(1)
  })

  it('L10 ten times at once: one token call, and every answer signs the user in', async () => {
    const app = await start()
    const agent = createHaltingAgent()
    const callback = await agent.arrive(app)
    const cookie = agent.cookies
      .all()
      .filter(({ name }) => name.startsWith('entrada'))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    emulator.faults.set({ endpoint: 'token', kind: 'slow', ms: 60 })
    const pages = await Promise.all(
      Array.from({ length: 10 }, () => createUserAgent().step(callback, { headers: { cookie } })),
    )
    expect(tokenCalls()).toBe(1)
    for (const page of pages) {
      expect(page.status).toBe(303)
      const session = page.headers.getSetCookie().find((one) => one.startsWith('connect.sid'))
      const headers = { cookie: session?.split(';')[0] ?? '' }
      expect((await createUserAgent().step(`${app.origin}/private`, { headers })).status).toBe(200)
    }
  })

  it('L09 X09 in another process, after the first has completed it: begins again once and signs in', async () => {
    const app = await start()
    const agent = createHaltingAgent({ map: {} })
    const callback = await agent.arrive(app)
    const pending = agent.cookies.all().find(({ name }) => name.startsWith('entrada'))
    await agent.step(callback)
    await app.stop()
    const other = await startWebApp(emulator, { baseUrls: [app.origin] })
    apps.push(other)
    const cookie = `${pending?.name}=${pending?.value}`
    const page = await createUserAgent().step(callback.replace(app.origin, other.origin), {
      headers: { cookie },
    })
    expect(page.status).toBe(303)
    expect(page.location).toContain('/oauth2/v2.0/authorize?')
  })

  it('a code that Entra keeps refusing ends in a page, not in a loop', async () => {
    const app = await start()
    const agent = createUserAgent()
    emulator.faults.set({
      endpoint: 'token',
      kind: 'status',
      status: 400,
      body: {
        error: 'invalid_grant',
        error_codes: [70008],
        error_description: 'AADSTS70008: expired',
      },
    })
    const page = await signIn(agent, `${app.origin}/private`, ada)
    expect(page.status).toBe(400)
    expect(page.html).toContain('Sign-in not completed')
    expect(tokenCalls()).toBe(2)
  })
})

/** Ten orders in which every tab comes at every place, and right after every other (a Williams design). */
const orders = [0, 1, 2, 3, 4].flatMap((first) => {
  const order = [0, 1, 4, 2, 3].map((step) => (first + step) % 5)
  return [order, order.toReversed()]
})

describe('a sign-in that takes its time', () => {
  it('L33 five tabs complete, whichever comes after which', async () => {
    const app = await start({ signIn: { loginHint: ada.user } })
    const agent = createHaltingAgent()
    await signIn(agent, `${app.origin}/auth/login`, ada)
    for (const order of orders) {
      const callbacks: string[] = []
      for (let tab = 0; tab < 5; tab += 1)
        callbacks.push(await agent.arrive(app, `/auth/login?returnTo=/private/${tab}`))
      const led: (string | null)[] = []
      for (const tab of order)
        led.push((await agent.step(callbacks[tab] ?? '')).headers.get('location'))
      expect(led).toEqual(order.map((tab) => `/private/${tab}`))
    }
    expect(await isSignedIn(agent, app)).toBe(true)
  })

  it('L34 fifty abandoned sign-ins leave at most ten small cookies', async () => {
    const app = await start()
    const agent = createUserAgent()
    for (let count = 0; count < 50; count += 1) await agent.step(`${app.origin}/private`)
    const pending = agent.cookies.all().filter(({ name }) => name.startsWith('entrada'))
    expect(pending.length).toBe(10)
    expect(pending.map(({ name, value }) => `${name}=${value}; `).join('').length).toBeLessThan(
      3_000,
    )
  })

  it('L35 older than ten minutes, it begins again instead of failing', async () => {
    let now = Date.now()
    const app = await start({ clock: () => now })
    const agent = createHaltingAgent()
    const callback = await agent.arrive(app, '/private?late=1')
    now += 11 * 60_000
    const page = await agent.step(callback)
    expect(page.status).toBe(303)
    expect(tokenCalls()).toBe(0)
    now = Date.now()
    expect((await signIn(agent, page.location ?? '', ada)).url).toContain('/private?late=1')
  })

  it('L36 L37 completes in another process, whose secret is a newer one', async () => {
    const app = await start()
    const agent = createHaltingAgent()
    const callback = await agent.arrive(app, '/private?x=1')
    const cookie = agent.cookies
      .all()
      .filter(({ name }) => name.startsWith('entrada'))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    await app.stop()
    const secrets = ['a-newer-secret-that-replaces-the-other-one', secret]
    const other = await start({ baseUrls: [app.origin], secrets })
    const page = await createUserAgent().step(callback.replace(app.origin, other.origin), {
      headers: { cookie },
    })
    expect([page.status, page.headers.get('location')]).toEqual([303, '/private?x=1'])
    expect(page.headers.getSetCookie().some((one) => one.startsWith('connect.sid='))).toBe(true)
  })

  it('L50 a transaction that was edited: 4xx', async () => {
    const app = await start()
    const agent = createHaltingAgent()
    const callback = await agent.arrive(app)
    const pending = agent.cookies.all().find(({ name }) => name.startsWith('entrada'))
    const value = (pending?.value ?? '').replace(/.$/, (end) => (end === 'A' ? 'B' : 'A'))
    const page = await createUserAgent().step(callback, {
      headers: { cookie: `${pending?.name}=${value}` },
    })
    expect(page.status).toBe(400)
    expect(tokenCalls()).toBe(0)
  })
})

describe('form_post', () => {
  it('L18 completes with a cookie that comes along across sites', async () => {
    const app = await start({ signIn: { scopes: 'User.Read', responseMode: 'form_post' } })
    const agent = createUserAgent()
    const page = await signIn(agent, `${app.origin}/private`, ada)
    expect(page.status).toBe(200)
    const [cookie] = agent.history[0]?.headers.getSetCookie() ?? []
    expect(cookie).toMatch(/; SameSite=None; Secure$/)
    expect(
      agent.history.some(({ method, url }) => method === 'POST' && url.endsWith('/auth/callback')),
    ).toBe(true)
  })

  it('L18 without the cookie: a page that says what to do, no loop', async () => {
    const app = await start({ signIn: { scopes: 'User.Read', responseMode: 'form_post' } })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const page = await createUserAgent().get(`${app.origin}/auth/callback`, {
      method: 'POST',
      headers,
      body: `state=${'a'.repeat(43)}&code=b`,
    })
    expect([page.status, page.hops.length]).toEqual([400, 2])
    expect(page.html).toContain('start it again')
  })
})
