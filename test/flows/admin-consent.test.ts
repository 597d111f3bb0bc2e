import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { entra, type AdminConsentOptions, type EntraOptions } from 'entrada/express'
import { ConfigurationError } from '../../src/protocol/configuration-error.js'
import { ScopesInvalidError } from '../../src/protocol/scopes-invalid-error.js'
import {
  ada,
  contosoId,
  grace,
  startIdentityApp,
  webAppId,
  type IdentityApp,
} from '../support/identity-app.js'
import { linkIn } from '../support/links.js'
import { createUserAgent, signIn, type UserAgent } from '../support/user-agent.js'

const clock = { now: Date.now() }
let emulator: Emulator
let browser: UserAgent
let app: IdentityApp

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory(), { now: () => clock.now })
})
afterAll(() => emulator.stop())
beforeEach(() => {
  browser = createUserAgent()
  emulator.grants.clear()
})
afterEach(async () => {
  await app.stop()
  emulator.faults.clear()
  emulator.clearRequests()
})

/** Groups of the whole directory are for administrators to grant. */
async function start(consent: AdminConsentOptions | undefined, options: EntraOptions = {}) {
  app = await startIdentityApp(
    emulator,
    (routes, identity, answer) => {
      if (consent !== undefined) routes.use(identity.adminConsent(consent))
      routes.use(identity.signIn({ scopes: ['User.Read'] }))
      routes.get(
        '/groups',
        identity.requireToken('Group.Read.All'),
        answer((request) => identity.forUser(request).token('Group.Read.All')),
      )
      routes.get(
        '/late',
        identity.requireSignIn(),
        answer((request) => identity.forUser(request).token('Group.Read.All')),
      )
      routes.get(
        '/',
        answer((request) => identity.accountIfAny(request)?.name ?? null),
      )
    },
    { clock: () => clock.now, ...options },
  )
}

const consentPath = '/auth/admin-consent'
const callbackPath = `${consentPath}/callback`

/** Goes to the consent page as an administrator and stops before the answer is followed. */
async function answerOf(decision: 'accept' | 'decline', path = consentPath): Promise<string> {
  const picker = await browser.get(app.at(path))
  const consent = await browser.submit(picker, { button: { name: 'user', text: grace.user } })
  const answer = await browser.submit(consent, {
    button: { name: 'decision', value: decision },
  })
  return answer.hops.find(({ url }) => url.startsWith(app.at(callbackPath)))?.url ?? ''
}

describe('admin consent', () => {
  it('R15 leads to the v2.0 page of the tenant with the scopes, a state and our redirect URI', async () => {
    await start({ scopes: ['Group.Read.All'] })
    const answer = await browser.step(app.at(consentPath))
    expect(answer.status).toBe(302)
    const url = new URL(answer.location ?? '')
    expect(url.origin + url.pathname).toBe(`${emulator.origin}/${contosoId}/v2.0/adminconsent`)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: webAppId,
      scope: 'https://graph.microsoft.com/Group.Read.All',
      redirect_uri: app.at(callbackPath),
      state: expect.stringMatching(/^[\w-]{43}$/),
    })
    const [cookie = ''] = answer.headers.getSetCookie()
    expect(cookie).toMatch(
      /^entrada-admin-consent\.5e7f2d91=[\w-]+; Path=\/; Max-Age=1800; HttpOnly; SameSite=Lax$/,
    )
  })

  it('R14 R15 grants for everybody in the organization, and says so', async () => {
    await start({ scopes: ['Group.Read.All'] })
    const page = await signIn(browser, app.at(consentPath), grace)
    expect(page.status).toBe(200)
    expect(page.html).toContain('Permissions granted')
    expect(emulator.grants.list().delegated).toContainEqual(
      expect.objectContaining({ user: 'everyone', scopes: ['Group.Read.All'] }),
    )
    expect(page.headers.getSetCookie().join()).toContain('Max-Age=0')
  })

  it('returns to the page that sent the administrator, if that is one of ours', async () => {
    await start({ scopes: ['Group.Read.All'] })
    const home = await signIn(browser, app.at(`${consentPath}?returnTo=/?from=consent`), grace)
    expect(home).toMatchObject({ status: 200, url: app.at('/?from=consent') })
    const elsewhere = await signIn(
      browser,
      app.at(`${consentPath}?returnTo=https://evil.example/`),
      grace,
    )
    expect(elsewhere.url).toContain(app.at(callbackPath))
  })

  it('R30 asks for everything that is registered unless told otherwise: .default', async () => {
    await start({})
    const { location = '' } = await browser.step(app.at(consentPath))
    expect(new URL(location).searchParams.get('scope')).toBe('https://graph.microsoft.com/.default')
    await signIn(browser, app.at(consentPath), grace)
    const scopes = emulator.grants.list().delegated.flatMap((grant) => grant.scopes)
    expect(scopes).toEqual(expect.arrayContaining(['User.Read', 'Mail.Read', 'Tasks.Read']))
  })

  it('takes a refusal for one although it says admin_consent=True', async () => {
    await start({ scopes: ['Group.Read.All'] })
    const page = await signIn(browser, app.at(consentPath), { ...grace, consent: 'decline' })
    expect(new URL(page.url).searchParams.get('admin_consent')).toBe('True')
    expect(page.status).toBe(403)
    expect(page.html).toContain('Permission not granted')
    expect(page.html).toContain('AADSTS65004')
    expect(linkIn(page, 'Try again')).toBe(consentPath)
    expect(emulator.grants.list().delegated).toEqual([])
  })

  it.each(['permission_denied', 'access_denied', 'consent_required'])(
    'understands a refusal by the name of %s, with and without admin_consent',
    async (error) => {
      await start({})
      for (const extra of ['', '&admin_consent=True']) {
        const { location = '' } = await browser.step(app.at(consentPath))
        const state = new URL(location).searchParams.get('state') ?? ''
        const page = await browser.get(
          app.at(`${callbackPath}?error=${error}&state=${state}${extra}`),
        )
        expect(page.status).toBe(403)
        expect(page.html).toContain('Permission not granted')
      }
    },
  )

  it('refuses an answer that this browser did not ask for, and one that comes twice', async () => {
    await start({ scopes: ['Group.Read.All'] })
    const url = await answerOf('accept')
    const again = await browser.get(url)
    expect(again.status).toBe(400)
    const stranger = await createUserAgent().get(url)
    expect(stranger.status).toBe(400)
    expect(stranger.html).not.toContain('Permissions granted')
  })

  it('goes on when an answer to something else has come in between', async () => {
    await start({ scopes: ['Group.Read.All'] })
    const { location = '' } = await browser.step(app.at(consentPath))
    expect(
      (await browser.get(app.at(`${callbackPath}?admin_consent=True&state=other`))).status,
    ).toBe(400)
    expect((await browser.get(app.at(`${callbackPath}?state=a&state=b`))).status).toBe(400)
    const page = await signIn(browser, location, grace)
    expect([page.status, page.html.includes('Permissions granted')]).toEqual([200, true])
  })

  it('refuses an answer with another state, none, or one that took too long', async () => {
    await start({})
    const { location = '' } = await browser.step(app.at(consentPath))
    const state = new URL(location).searchParams.get('state') ?? ''
    const answer = `${callbackPath}?admin_consent=True&tenant=${contosoId}`
    expect((await browser.get(app.at(`${answer}&state=${state.slice(1)}A`))).status).toBe(400)
    await browser.step(app.at(consentPath))
    expect((await browser.get(app.at(answer))).status).toBe(400)
    const late = await browser.step(app.at(consentPath))
    clock.now += 31 * 60_000
    const lateState = new URL(late.location ?? '').searchParams.get('state') ?? ''
    expect((await browser.get(app.at(`${answer}&state=${lateState}`))).status).toBe(400)
  })

  it('does not take an answer for consent that names none', async () => {
    await start({})
    for (const answer of ['', '&admin_consent=False', '&admin_consent=True&admin_consent=True']) {
      const { location = '' } = await browser.step(app.at(consentPath))
      const state = new URL(location).searchParams.get('state') ?? ''
      const page = await browser.get(app.at(`${callbackPath}?state=${state}${answer}`))
      expect(page.status).toBe(400)
    }
  })

  it('signs nobody in, whatever tenant the answer names', async () => {
    await start({})
    const { location = '' } = await browser.step(app.at(consentPath))
    const state = new URL(location).searchParams.get('state') ?? ''
    const page = await browser.get(
      app.at(
        `${callbackPath}?admin_consent=True&tenant=b24f6c1e-93d7-4f0a-9a55-6e1c7d20f8e4&state=${state}`,
      ),
    )
    expect(page.status).toBe(200)
    expect(page.html).not.toContain('b24f6c1e')
    expect((await browser.get(app.at('/'))).html).toBe('null')
  })

  it('takes GET only', async () => {
    await start({})
    const answer = await browser.step(app.at(consentPath), { method: 'POST' })
    expect(answer.status).toBe(405)
  })

  it('goes to organizations, never to common, when the tenant is open', async () => {
    await start({}, { tenant: 'common', tenants: 'any' })
    const { location = '' } = await browser.step(app.at(consentPath))
    expect(new URL(location).pathname).toBe('/organizations/v2.0/adminconsent')
  })
})

describe('a permission that only an administrator can grant', () => {
  it('R14 shows a page that leads to the consent, and never loops', async () => {
    await start({ scopes: ['Group.Read.All'] })
    await signIn(browser, app.at('/auth/login'), ada)
    const approval = await signIn(browser, app.at('/groups'), ada)
    const page = await browser.submit(approval, { button: { name: 'cancel' } })
    expect(page.status).toBe(403)
    expect(page.html).toContain('Approval needed')
    expect(linkIn(page, 'I am an administrator')).toBe(consentPath)
  })

  it('R13 R14 is an error of its own, whose address is this app once the routes are mounted', async () => {
    await start({ scopes: ['Group.Read.All'] })
    await signIn(browser, app.at('/late'), grace)
    emulator.grants.clear()
    clock.now += 2 * 3_600_000
    const body = { error: 'invalid_grant', error_codes: [90094] }
    emulator.faults.set({ endpoint: 'token', kind: 'status', status: 400, body })
    const answer = await browser.xhr(app.at('/late'))
    expect(answer.status).toBe(401)
    expect(JSON.parse(answer.html)).toMatchObject({
      error: 'ERR_ENTRA_ADMIN_CONSENT_REQUIRED',
      adminConsentUrl: app.at(consentPath),
    })
    clock.now += 10_000
    const page = await browser.get(app.at('/late'))
    expect(linkIn(page, 'I am an administrator')).toBe(consentPath)
  })

  it('R14 leads to the platform itself where the routes are not mounted', async () => {
    await start(undefined)
    await signIn(browser, app.at('/late'), grace)
    clock.now += 2 * 3_600_000
    const body = { error: 'invalid_grant', error_codes: [90094] }
    emulator.faults.set({ endpoint: 'token', kind: 'status', status: 400, body })
    const answer = await browser.xhr(app.at('/late'))
    const { adminConsentUrl } = JSON.parse(answer.html) as { adminConsentUrl: string }
    const url = new URL(adminConsentUrl)
    expect(url.pathname).toBe(`/${contosoId}/v2.0/adminconsent`)
    expect(url.searchParams.get('scope')).toContain('https://graph.microsoft.com/Group.Read.All')
  })
})

describe('adminConsent()', () => {
  const api: EntraOptions = { tenant: contosoId, clientId: webAppId }
  const complete = {
    ...api,
    baseUrl: 'https://app.contoso.example',
    secret: 'a-secret-of-the-consent-tests-32-characters',
  }

  beforeEach(() => start({}))

  it('needs neither a credential nor sign-in, but the public origin and the secret', () => {
    expect(() => entra(complete).adminConsent()).not.toThrow()
    expect(() => entra(api).adminConsent()).toThrow(/adminConsent\(\) needs baseUrl/)
    expect(() => entra({ ...complete, secret: undefined }).adminConsent()).toThrow(
      /adminConsent\(\) needs secret/,
    )
  })

  it('refuses at construction what it could not do', () => {
    expect(() => entra(complete).adminConsent({ scopes: ['.default', 'Mail.Read'] })).toThrow(
      ScopesInvalidError,
    )
    expect(() => entra(complete).adminConsent({ routes: { start: 'consent' } })).toThrow(
      ConfigurationError,
    )
    expect(() => entra(complete).adminConsent({ routes: { start: '/a', callback: '/a' } })).toThrow(
      /one path for two routes/,
    )
    // @ts-expect-error an option of another function
    expect(() => entra(complete).adminConsent({ prompt: 'consent' })).toThrow(
      /scopes, routes, page/,
    )
    const identity = entra(complete)
    identity.adminConsent()
    expect(() => identity.adminConsent()).toThrow(/twice/)
  })
})
