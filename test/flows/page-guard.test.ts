import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Emulator } from 'entrada/emulator'
import { PlatformUnavailableError } from '../../src/protocol/platform-unavailable-error.js'
import {
  AdminConsentRequiredError,
  ConsentRequiredError,
  InteractionRequiredError,
} from '../../src/protocol/token-errors.js'
import { createUserAgent, signIn, type UserAgent } from '../support/user-agent.js'
import { ada } from './arrival.js'
import { withClaims } from './tampering.js'
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
  emulator.clearRequests()
})

async function start(options: WebAppOptions = {}): Promise<WebApp> {
  const app = await startWebApp(emulator, options)
  apps.push(app)
  return app
}

const json = { accept: 'application/json' }
const html = { accept: 'text/html' }

describe('a page for signed-in users', () => {
  it('sends a person to sign in', async () => {
    const app = await start()
    const page = await createUserAgent().step(`${app.origin}/private`)
    expect(page.status).toBe(302)
    expect(page.location).toContain(`${emulator.authority}/oauth2/v2.0/authorize?`)
  })

  it('gives a program 401 and JSON, never a redirect, and no cookie', async () => {
    const app = await start()
    const headers: Record<string, string>[] = [
      { 'sec-fetch-mode': 'cors', accept: '*/*' },
      { 'sec-fetch-mode': 'same-origin', ...html },
      { 'sec-fetch-mode': 'no-cors', ...html },
      { 'x-requested-with': 'XMLHttpRequest', ...html },
      { 'sec-fetch-mode': 'navigate', ...json },
      { accept: '*/*' },
    ]
    for (const one of headers) {
      const page = await createUserAgent().step(`${app.origin}/private`, { headers: one })
      expect([one, page.status, page.headers.getSetCookie()]).toEqual([one, 401, []])
      expect(JSON.parse(page.html)).toEqual({
        error: 'ERR_ENTRA_SIGN_IN_REQUIRED',
        message: 'Nobody is signed in. Sign in and send the request again.',
        signInUrl: '/auth/login',
      })
      expect(page.headers.get('cache-control')).toBe('no-store')
    }
  })

  it('lets in who holds every app role, and tells the others; a guard without a role is refused', async () => {
    const app = await start({
      fetch: withClaims(emulator, { roles: ['Task.Admin', 'Reader'] }),
      routes: (express, core, mount) => {
        const guarded = (path: string, roles: string | [string, ...string[]]) =>
          express.get(path, mount(core.pageGuard({ roles })), (_request, response) => {
            response.send('in')
          })
        guarded('/admin', 'Task.Admin')
        guarded('/both', ['Task.Admin', 'Reader'])
        guarded('/other', ['Task.Admin', 'task.admin'])
      },
    })
    const agent = createUserAgent()
    expect((await agent.step(`${app.origin}/admin`)).status).toBe(302)
    expect((await signIn(agent, `${app.origin}/admin`, ada)).html).toBe('in')
    expect((await agent.get(`${app.origin}/both`)).html).toBe('in')
    const page = await agent.get(`${app.origin}/other`)
    expect([page.status, page.html]).toEqual([
      403,
      expect.stringContaining('may not open this page'),
    ])
    const program = await agent.xhr(`${app.origin}/other`)
    expect([program.status, JSON.parse(program.html)]).toEqual([
      403,
      {
        error: 'ERR_ENTRA_SIGN_IN_REFUSED',
        message: 'This account does not hold the app role that this page requires.',
      },
    ])
    for (const roles of [[], '', 'two words', [7], null]) {
      expect(() => app.core.pageGuard({ roles: roles as string })).toThrow(/roles is .*Expected/)
    }
  })

  it('refuses a user without any role', async () => {
    const app = await start({
      routes: (express, core, mount) => {
        express.get(
          '/admin',
          mount(core.pageGuard({ roles: 'Task.Admin' })),
          (_request, response) => {
            response.send('in')
          },
        )
      },
    })
    expect((await signIn(createUserAgent(), `${app.origin}/admin`, ada)).status).toBe(403)
  })

  it('R27 a form that was sent is not lost without a word: a page with a button', async () => {
    const app = await start()
    const agent = createUserAgent()
    const page = await agent.step(`${app.origin}/private`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'note=three+hours+of+typing',
    })
    expect(page.status).toBe(401)
    expect(page.html).toContain('has not been processed yet')
    const href =
      /<a href="([^"]+)" target="_blank"/.exec(page.html)?.[1]?.replaceAll('&#38;', '&') ?? ''
    expect(href).toContain('/oauth2/v2.0/authorize?')
    await signIn(agent, href, ada)
    const again = await agent.step(`${app.origin}/private`, { method: 'POST', body: 'note=x' })
    expect(again.html).toBe('{"posted":true}')
  })

  it('shows our pages without script, and with the one style by its hash', async () => {
    const app = await start()
    const page = await createUserAgent().step(`${app.origin}/private`, { method: 'POST' })
    const style = /<style>([^<]*)<\/style>/.exec(page.html)?.[1] ?? ''
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style))
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain(`style-src 'sha256-${Buffer.from(digest).toString('base64')}'`)
    expect(policy).toContain("default-src 'none'")
    expect(page.html).not.toContain('<script')
  })

  it('leaves the drawing of pages to the application when it wants to', async () => {
    const app = await start({ signIn: { page: ({ title }) => `<h1>Contoso: ${title}</h1>` } })
    const page = await createUserAgent().step(`${app.origin}/auth/callback?error=access_denied`)
    expect([page.status, page.html]).toEqual([403, '<h1>Contoso: Sign-in cancelled</h1>'])
  })

  it('is a mistake without a session, and says so', async () => {
    const app = await start({ session: { cookie: { path: '/elsewhere' } } })
    const page = await createUserAgent().step(`${app.origin}/private`, { headers: json })
    expect(page.status).toBeGreaterThanOrEqual(500)
  })
})

describe('an error that a handler throws', () => {
  const mail = 'https://graph.microsoft.com/Mail.Read'
  const refusal = {
    message: 'not consented',
    resource: 'https://graph.microsoft.com',
    scopes: [mail],
    aadsts: [65001],
    oauthError: 'invalid_grant',
    suberror: 'consent_required',
    correlationId: '362f19f0-f220-4998-8522-be5fdbdf122e',
    traceId: undefined,
    timestamp: undefined,
  }

  /** Milliseconds by which the app's clock is ahead. */
  let ahead = 0
  afterEach(() => {
    ahead = 0
  })

  async function throwing(error: () => Error) {
    const app = await start({
      clock: () => Date.now() + ahead,
      routes: (express, core, mount) => {
        express.all('/throws', mount(core.requireSignIn), () => {
          throw error()
        })
      },
    })
    const agent = createUserAgent()
    await signIn(agent, `${app.origin}/private`, ada)
    emulator.clearRequests()
    return { app, agent, url: `${app.origin}/throws` }
  }
  const consent = () => new ConsentRequiredError({ ...refusal, claims: undefined })

  it('consent: a page goes to ask for exactly what is missing, with the user named', async () => {
    const { agent, url } = await throwing(consent)
    const page = await agent.step(url)
    expect(page.status).toBe(302)
    const parameters = new URL(page.location ?? '').searchParams
    expect(parameters.get('scope')).toBe(`openid profile offline_access ${mail}`)
    expect(parameters.get('login_hint')).toMatch(/^O\./)
    expect(parameters.get('domain_hint')).toBe('organizations')
    expect(parameters.get('prompt')).toBe(null)
  })

  it('consent: asked once; when it is still missing, a page and no loop', async () => {
    const { agent, url } = await throwing(consent)
    const page = await signIn(agent, url, ada)
    expect(page.url).toBe(url)
    expect(page.status).toBe(401)
    expect(page.html).toContain('Your confirmation is needed')
    expect(page.html).toContain('Try again')
    expect(
      emulator.requests.filter(
        ({ endpoint, path }) => endpoint === 'authorize' && path.endsWith('/authorize'),
      ),
    ).toHaveLength(1)
    expect((await agent.step(url)).status).toBe(401)
  })

  it('interaction: the claims of the challenge go along', async () => {
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    const { agent, url } = await throwing(
      () => new InteractionRequiredError({ ...refusal, claims, next: 'sign-in' }),
    )
    const page = await agent.step(url)
    expect(new URL(page.location ?? '').searchParams.get('claims')).toBe(claims)
  })

  it('a form: a page with a button; a program: 401 and JSON', async () => {
    const { agent, url } = await throwing(consent)
    const form = await agent.step(url, { method: 'POST' })
    expect(form.status).toBe(401)
    expect(form.html).toContain('target="_blank"')
    const program = await agent.xhr(url)
    expect(program.status).toBe(401)
    expect(JSON.parse(program.html)).toMatchObject({
      error: 'ERR_ENTRA_CONSENT_REQUIRED',
      detail: 'AADSTS65001',
    })
  })

  it('a program: an address that asks for just that and leads back, and for nothing else if changed', async () => {
    const { app, agent, url } = await throwing(consent)
    const page = await agent.step(url)
    const headers = { 'sec-fetch-mode': 'cors', referer: `${app.origin}/inbox?x=1` }
    const program = await agent.step(url, { headers })
    const { signInUrl } = JSON.parse(program.html) as { signInUrl: string }
    expect(program.headers.getSetCookie()).toEqual([])
    const askedAt = async (path: string) => {
      const { location } = await agent.step(app.origin + path)
      const { scope, login_hint: user } = Object.fromEntries(new URL(location ?? '').searchParams)
      return { scope, user }
    }
    const { searchParams } = new URL(page.location ?? '')
    const [scope, user] = [searchParams.get('scope'), searchParams.get('login_hint')]
    expect(await askedAt(signInUrl)).toEqual({ scope, user })
    const { searchParams: given } = new URL(signInUrl, app.origin)
    expect(given.get('returnTo')).toBe('/inbox?x=1')
    const changed = signInUrl.replace(/(?<=errand=.{20})./, (letter) =>
      letter === 'A' ? 'B' : 'A',
    )
    expect((await askedAt(changed)).scope).not.toContain('Mail')
    // It says nothing of the user to somebody else, and nothing at all after an hour.
    const { location } = await createUserAgent().step(app.origin + signInUrl)
    const elsewhere = new URL(location ?? '').searchParams
    expect([elsewhere.get('scope'), elsewhere.get('login_hint')]).toEqual([scope, null])
    ahead = 3_600_001
    expect((await askedAt(signInUrl)).scope).not.toContain('Mail')
  })

  it('a program: an address for the prompt of a guard, and back to a page with the same path', async () => {
    const app = await start({
      routes: (express, core, mount) => {
        express.get('/join', mount(core.pageGuard({ prompt: 'create' })), (_request, response) => {
          response.send('in')
        })
      },
    })
    const headers = { 'sec-fetch-mode': 'cors', referer: `${app.origin}/join?tab=2` }
    const agent = createUserAgent()
    const program = await agent.step(`${app.origin}/join`, { headers })
    const { signInUrl } = JSON.parse(program.html) as { signInUrl: string }
    const { location } = await agent.step(app.origin + signInUrl)
    expect(new URL(location ?? '').searchParams.get('prompt')).toBe('create')
    const back = new URL(signInUrl, app.origin).searchParams.get('returnTo')
    expect(back).toBe('/join?tab=2')
  })

  it('a program: what the app lets through may be added to the address', async () => {
    const app = await start({
      signIn: { scopes: 'User.Read', forwardParameters: ['prompt'] },
      routes: (express, core, mount) => {
        express.get('/vault', mount(core.pageGuard({ acrs: 'c1' })), (_request, response) => {
          response.send('in')
        })
      },
    })
    const agent = createUserAgent()
    const program = await agent.xhr(`${app.origin}/vault`)
    const { signInUrl } = JSON.parse(program.html) as { signInUrl: string }
    const { location } = await agent.step(`${app.origin}${signInUrl}&prompt=select_account`)
    const { searchParams } = new URL(location ?? '')
    expect([searchParams.get('prompt'), searchParams.get('claims')]).toEqual([
      'select_account',
      expect.stringContaining('c1'),
    ])
  })

  it('R14 admin consent: never a redirect, a page with the link for an administrator', async () => {
    const adminConsentUrl = `${emulator.origin}/${contosoId}/v2.0/adminconsent?client_id=x`
    const { agent, url } = await throwing(
      () => new AdminConsentRequiredError({ ...refusal, aadsts: [90094], adminConsentUrl }),
    )
    const page = await agent.step(url)
    expect(page.status).toBe(401)
    expect(page.html).toContain('Approval needed')
    expect(page.html).toContain(adminConsentUrl.replaceAll('&', '&#38;'))
    expect(page.html).toContain(refusal.correlationId)
    expect(JSON.parse((await agent.xhr(url)).html)).toMatchObject({ adminConsentUrl })
  })

  it('an outage: 503 with Retry-After, as a page or as JSON', async () => {
    const { agent, url } = await throwing(
      () => new PlatformUnavailableError({ endpoint: 'token', failure: 'network', retryAfter: 9 }),
    )
    const page = await agent.step(url)
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '9'])
    expect(page.html).toContain('Not available right now')
    const program = await agent.xhr(url)
    expect([program.status, JSON.parse(program.html)]).toMatchObject([
      503,
      { error: 'ERR_ENTRA_PLATFORM_UNAVAILABLE' },
    ])
  })

  it('another error than ours is left to the framework', async () => {
    const { agent, url } = await throwing(() => new TypeError('the handler is broken'))
    const page = await agent.step(url)
    expect(page.status).toBe(500)
    expect(page.html).not.toContain('Something is wrong with this application')
  })

  it('nobody signed in: as the page guard', async () => {
    const app = await start({
      routes: (express, core) => {
        express.get('/throws', (request) => {
          core.accounts.of(request)
        })
      },
    })
    const agent: UserAgent = createUserAgent()
    expect((await agent.step(`${app.origin}/throws`)).status).toBe(302)
    expect((await agent.xhr(`${app.origin}/throws`)).status).toBe(401)
  })
})
