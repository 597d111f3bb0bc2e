import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { startEmulator, type Emulator } from 'entrada/emulator'
import { createUserAgent, signIn, type UserAgent } from '../support/user-agent.js'
import { checkPageRequirement } from '../../src/middleware/page-guard.js'
import { ConfigurationError } from '../../src/protocol/configuration-error.js'
import { ada } from './arrival.js'
import { withClaims } from './tampering.js'
import { consentedDirectory, startWebApp, type WebApp, type WebAppOptions } from './web-app.js'

// One clock for the app and for the platform, so that a sign-in grows old for both.
const clock = { now: Date.now() }
let emulator: Emulator
const apps: WebApp[] = []
const hour = 3600_000

beforeAll(async () => {
  const directory = consentedDirectory()
  for (const application of directory.applications) {
    application.optionalClaims = {
      ...application.optionalClaims,
      idToken: ['auth_time', 'login_hint', 'acrs'],
    }
  }
  emulator = await startEmulator(directory, { now: () => clock.now })
})
afterAll(() => emulator.stop())
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.stop()))
  emulator.clearRequests()
  clock.now = Date.now()
})

type Requirement = Parameters<WebApp['core']['pageGuard']>[0]

async function start(requirement: Requirement, options: WebAppOptions = {}) {
  const app = await startWebApp(emulator, {
    clock: () => clock.now,
    ...options,
    routes: (express, core, mount) => {
      express.all('/vault', mount(core.pageGuard(requirement)), (request, response) => {
        response.json({ vault: core.accounts.of(request).claims })
      })
      options.routes?.(express, core, mount)
    },
  })
  apps.push(app)
  return { app, agent: createUserAgent(), vault: `${app.origin}/vault` }
}

/** The parameters of every request that a browser made to the authorization endpoint. */
const asked = (agent: UserAgent) =>
  agent.history
    .map(({ url }) => new URL(url))
    .filter(({ pathname }) => pathname.endsWith('/oauth2/v2.0/authorize'))
    .map(({ searchParams }) => Object.fromEntries(searchParams))

/** The platform as it is where a policy protects the contexts: it grants what is asked for. */
const granting = (contexts: () => readonly string[]) =>
  withClaims(emulator, (claims) => ({ ...claims, acrs: contexts() }))

describe('a page that requires authentication contexts', () => {
  it('L27 sends a signed-in user back for what is missing, and lets them in with it', async () => {
    let acrs: readonly string[] = []
    const { app, agent, vault } = await start({ acrs: 'c1' }, { fetch: granting(() => acrs) })
    await signIn(agent, `${app.origin}/private`, ada)
    acrs = ['c1']
    const page = await signIn(agent, vault, ada)
    expect([page.url, page.status]).toEqual([vault, 200])
    const [, stepUp] = asked(agent)
    expect(stepUp).toMatchObject({
      claims: '{"id_token":{"acrs":{"essential":true,"value":"c1"}}}',
      login_hint: expect.stringMatching(/^O\./),
    })
    expect((await agent.step(vault)).status).toBe(200)
  })

  it('L27 when Entra does not give it: once more with a password, then a page, never a loop', async () => {
    const { app, agent, vault } = await start(
      { acrs: ['c1', 'c2'] },
      { fetch: granting(() => ['c1']) },
    )
    await signIn(agent, `${app.origin}/private`, ada)
    const page = await signIn(agent, vault, ada)
    expect(page.status).toBe(403)
    expect(page.html).toContain('Further proof needed')
    expect(asked(agent).map(({ prompt }) => prompt)).toEqual([undefined, undefined, 'login'])
    // What was there before is there still.
    expect((await agent.get(`${app.origin}/`)).html).toBe('{"name":"Ada Example"}')
  })

  it('L27 a visitor is asked for it at once', async () => {
    const { agent, vault } = await start({ acrs: 'c1' }, { fetch: granting(() => ['c1']) })
    expect((await signIn(agent, vault, ada)).status).toBe(200)
    expect(asked(agent)).toHaveLength(1)
  })

  it('keeps what another page required, so that two pages do not send the user to and fro', async () => {
    let acrs = ['c1']
    const { app, agent, vault } = await start(
      { acrs: 'c1' },
      {
        fetch: granting(() => acrs),
        routes: (express, core, mount) => {
          express.get('/other', mount(core.pageGuard({ acrs: 'c2' })), (_, response) => {
            response.send('other')
          })
        },
      },
    )
    await signIn(agent, vault, ada)
    acrs = ['c1', 'c2']
    expect((await signIn(agent, `${app.origin}/other`, ada)).html).toBe('other')
    const [, second] = asked(agent)
    expect(JSON.parse(second?.['claims'] ?? '')).toMatchObject({
      id_token: { acrs: { values: ['c2', 'c1'] } },
    })
    expect((await agent.step(vault)).status).toBe(200)
  })

  it('S03 the session gets a new id, and what the application stored stays', async () => {
    let acrs: readonly string[] = []
    const { app, agent, vault } = await start({ acrs: 'c1' }, { fetch: granting(() => acrs) })
    await signIn(agent, `${app.origin}/private`, ada)
    await agent.get(`${app.origin}/remember?draft=letter`)
    const before = agent.cookies.valueOf(app.origin, 'connect.sid')
    acrs = ['c1']
    await signIn(agent, vault, ada)
    expect(agent.cookies.valueOf(app.origin, 'connect.sid')).not.toBe(before)
    expect((await agent.get(`${app.origin}/session`)).html).toContain('"draft":"letter"')
    const headers = { cookie: `connect.sid=${before}` }
    expect((await createUserAgent().step(`${app.origin}/`, { headers })).html).toBe('{"name":null}')
  })

  it('tells a program what is missing with 401, and a form gets its button', async () => {
    const { app, agent, vault } = await start({ acrs: 'c1' })
    await signIn(agent, `${app.origin}/private`, ada)
    const program = await agent.xhr(vault)
    expect([program.status, JSON.parse(program.html)]).toMatchObject([
      401,
      { error: 'ERR_ENTRA_SIGN_IN_REQUIRED', message: expect.stringContaining('stronger') },
    ])
    const form = await agent.step(vault, { method: 'POST' })
    expect([form.status, form.html.includes('has not been processed yet')]).toEqual([401, true])
  })

  it('refuses a requirement that is not well formed when the route is made', () => {
    const wrong = [
      { acrs: 'c 1' },
      { acrs: [''] },
      { maxAge: -1 },
      { maxAge: 1.5 },
      { prompt: 'none' },
      { acr: 'c1' },
    ]
    for (const one of wrong) {
      expect(() => {
        checkPageRequirement(one as Requirement)
      }).toThrow(ConfigurationError)
    }
  })
})

describe('a page that requires a recent authentication', () => {
  it('leaves the authentication contexts that another page required', async () => {
    const { app, agent, vault } = await start(
      { acrs: 'c1' },
      {
        routes: (express, core, mount) => {
          express.get('/recent', mount(core.pageGuard({ maxAge: 600 })), (_, response) => {
            response.send('recent')
          })
        },
      },
    )
    await signIn(agent, vault, ada)
    clock.now += hour / 2
    expect((await signIn(agent, `${app.origin}/recent`, ada)).html).toBe('recent')
    expect((await agent.step(vault)).status).toBe(200)
    expect(asked(agent).map(({ claims }) => claims)).toEqual([
      '{"id_token":{"acrs":{"essential":true,"value":"c1"}}}',
      '{"id_token":{"acrs":{"essential":true,"value":"c1"}}}',
    ])
  })

  it('L27 lets in who has just signed in, and asks for the password when that was too long ago', async () => {
    const { agent, vault } = await start({ maxAge: 600 })
    expect((await signIn(agent, vault, ada)).status).toBe(200)
    clock.now += 0.25 * hour + 1_000
    const page = await signIn(agent, vault, ada)
    expect([page.url, page.status]).toEqual([vault, 200])
    const [first, second, ...more] = asked(agent)
    expect([first?.['max_age'], first?.['prompt']]).toEqual(['600', undefined])
    expect([second?.['max_age'], second?.['prompt']]).toEqual(['600', 'login'])
    expect(more).toEqual([])
  })

  it('L27 does not take an old session at Entra for a recent authentication', async () => {
    const { app, agent, vault } = await start({ maxAge: 600 })
    await signIn(agent, `${app.origin}/private`, ada)
    clock.now += 2 * hour
    const fresh = createUserAgent()
    await signIn(fresh, `${app.origin}/private`, ada)
    clock.now += 2 * hour
    // Signed in at Entra two hours ago, and nowhere else.
    fresh.cookies.store(new URL(app.origin), ['connect.sid=; Max-Age=0; Path=/'])
    expect((await signIn(fresh, vault, ada)).status).toBe(200)
    const prompts = asked(fresh).map(({ prompt }) => prompt)
    expect(prompts).toEqual([undefined, undefined, 'login'])
  })

  it('L27 refuses when the registration does not tell when the user authenticated, and says so', async () => {
    const warnings: string[] = []
    const { agent, vault } = await start(
      { maxAge: 600 },
      { warnings, fetch: withClaims(emulator, { auth_time: undefined }) },
    )
    const page = await signIn(agent, vault, ada)
    expect([page.status, asked(agent).length]).toEqual([403, 1])
    expect(warnings.join()).toContain('Add the optional claim auth_time')
  })

  it('signIn({ maxAge }) holds for every sign-in', async () => {
    const { app, agent } = await start({}, { signIn: { scopes: 'User.Read', maxAge: 60 } })
    await signIn(agent, `${app.origin}/private`, ada)
    clock.now += hour
    agent.cookies.store(new URL(app.origin), ['connect.sid=; Max-Age=0; Path=/'])
    expect((await signIn(agent, `${app.origin}/private`, ada)).status).toBe(200)
    expect(asked(agent).map(({ prompt }) => prompt)).toEqual([undefined, undefined, 'login'])
  })
})

describe('a silent attempt', () => {
  const silent = { signIn: { scopes: 'User.Read', silent: true } } satisfies WebAppOptions

  it('signs in who is signed in at Entra, on a page that needs nobody', async () => {
    const { app } = await start({}, silent)
    const { app: other } = await start({})
    const agent = createUserAgent()
    await signIn(agent, `${other.origin}/private`, ada)
    const page = await agent.get(`${app.origin}/?x=1`)
    expect([page.url, page.html]).toEqual([`${app.origin}/?x=1`, '{"name":"Ada Example"}'])
    expect(asked(agent).at(-1)).toMatchObject({ prompt: 'none' })
  })

  it('L14 comes back without a word when nobody is, and is not tried again', async () => {
    const { app, agent } = await start({}, silent)
    const page = await agent.get(`${app.origin}/?x=1`)
    expect([page.status, page.url, page.html]).toEqual([200, `${app.origin}/?x=1`, '{"name":null}'])
    await agent.get(`${app.origin}/`)
    expect(asked(agent)).toHaveLength(1)
    // Whoever opens a page for users is asked in the ordinary way.
    expect((await signIn(agent, `${app.origin}/private`, ada)).status).toBe(200)
  })

  it('is made for pages only, and for browsers that keep cookies', async () => {
    const { app, agent } = await start({}, silent)
    expect((await agent.xhr(`${app.origin}/`)).status).toBe(200)
    const crawler = { 'sec-fetch-dest': '', 'sec-fetch-mode': 'navigate' }
    expect((await agent.step(`${app.origin}/`, { headers: crawler })).status).toBe(200)
    const frame = { 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate' }
    expect((await agent.step(`${app.origin}/`, { headers: frame })).status).toBe(200)
    expect(asked(agent)).toEqual([])
  })

  it('is not made after a sign-out', async () => {
    const { app, agent } = await start({}, silent)
    await signIn(agent, `${app.origin}/private`, ada)
    const headers = { 'sec-fetch-site': 'same-origin' }
    await agent.step(`${app.origin}/auth/logout`, { method: 'POST', headers })
    expect((await agent.step(`${app.origin}/`)).html).toBe('{"name":null}')
  })

  it('prompt: none is not an option, because it could sign in nobody new', () =>
    expect(start({}, { signIn: { prompt: 'none' as 'login' } })).rejects.toMatchObject({
      code: 'ERR_ENTRA_CONFIGURATION',
      message: expect.stringContaining('prompt'),
    }))
})
