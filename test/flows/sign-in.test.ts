import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { startEmulator, type Emulator } from 'entrada/emulator'
import { createUserAgent, signIn } from '../support/user-agent.js'
import { ada, createHaltingAgent } from './arrival.js'
import {
  adaId,
  consentedDirectory,
  contosoId,
  startWebApp,
  webAppId,
  type WebApp,
  type WebAppOptions,
} from './web-app.js'

let emulator: Emulator
const apps: WebApp[] = []

beforeAll(async () => {
  const directory = consentedDirectory()
  directory.tenants[0]?.users.push({
    id: 'd2b7c5e1-64f8-4a39-8e07-5c9a1b3f7d20',
    userPrincipalName: 'nameless@contoso.example',
    displayName: '',
    userType: 'Member',
  })
  emulator = await startEmulator(directory)
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

function authorizeParameters(location: string | undefined): Record<string, string> {
  return Object.fromEntries(new URL(location ?? '').searchParams)
}

function sent(endpoint: 'authorize' | 'token'): readonly Readonly<Record<string, unknown>>[] {
  return emulator.requests.filter((one) => one.endpoint === endpoint).map((one) => one.parameters)
}

describe('signing in', () => {
  it('brings the user to the page they asked for, to the letter', async () => {
    const app = await start()
    const page = await signIn(createUserAgent(), `${app.origin}/private/deep?x=1&y=%2F//z`, ada)
    expect(JSON.parse(page.html)).toMatchObject({
      account: { tenantId: contosoId, objectId: adaId, name: 'Ada Example', username: ada.user },
      path: '/private/deep?x=1&y=%2F//z',
    })
  })

  it('tells every page who is signed in, also one that needs nobody', async () => {
    const app = await start()
    const agent = createUserAgent()
    expect((await agent.get(`${app.origin}/`)).html).toBe('{"name":null}')
    await signIn(agent, `${app.origin}/auth/login`, ada)
    expect((await agent.get(`${app.origin}/`)).html).toBe('{"name":"Ada Example"}')
  })

  it('L07 L05 sends state, nonce and an S256 challenge, new ones each time, and the verifier nowhere', async () => {
    const app = await start()
    const agent = createUserAgent()
    const [one, two] = [
      await agent.step(`${app.origin}/private`),
      await agent.step(`${app.origin}/private`),
    ]
    const [first, second] = [authorizeParameters(one.location), authorizeParameters(two.location)]
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(first[name]).toMatch(/^[A-Za-z0-9_-]{43}$/)
      expect(first[name]).not.toBe(second[name])
    }
    expect(first).toMatchObject({ response_type: 'code', code_challenge_method: 'S256' })
    expect(Object.keys(first)).not.toContain('code_verifier')
  })

  it('R17 always asks for openid, whatever the scopes', async () => {
    for (const scopes of [[], 'User.Read', ['openid', 'email'], ['profile']]) {
      const app = await start({ signIn: { scopes } })
      const { location } = await createUserAgent().step(`${app.origin}/auth/login`)
      const { scope = '' } = authorizeParameters(location)
      expect(scope.split(' ').filter((one) => one === 'openid')).toEqual(['openid'])
    }
  })

  it('asks for the scopes of several APIs at once and redeems the code for the first', async () => {
    emulator.grants.grantDelegated({
      tenant: contosoId,
      client: webAppId,
      resource: '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10',
      user: 'everyone',
      scopes: ['Tasks.Read'],
    })
    const tasks = 'api://1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10/Tasks.Read'
    const app = await start({ signIn: { scopes: ['User.Read', tasks] } })
    const page = await signIn(createUserAgent(), `${app.origin}/private`, ada)
    expect(page.status).toBe(200)
    expect(sent('authorize')[0]?.['scope']).toBe(
      `openid profile offline_access https://graph.microsoft.com/User.Read ${tasks}`,
    )
    expect(sent('token')[0]?.['scope']).toBe(
      'openid profile offline_access https://graph.microsoft.com/User.Read',
    )
  })

  it.each(['User.Read Mail.ReadBasic.All', 'https://graph.microsoft.com/CallRecords.Read.All'])(
    'R16 refuses an application permission, which no user can give, when the app is put together: %s',
    (scopes) =>
      expect(start({ signIn: { scopes } })).rejects.toMatchObject({
        code: 'ERR_ENTRA_SCOPES_INVALID',
        message: expect.stringMatching(/application permission.*forApp\(\)/),
      }),
  )

  it('R32 refuses scopes that cannot be asked for together when the app is put together', () =>
    expect(
      start({
        signIn: { scopes: 'api://1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10/.default User.Read' },
      }),
    ).rejects.toMatchObject({ code: 'ERR_ENTRA_SCOPES_INVALID' }))

  it('R02 takes the redirect URI from configuration, never from the Host header', async () => {
    const app = await start({ baseUrls: ['https://app.contoso.com', 'https://www.contoso.com'] })
    const agent = createUserAgent()
    const uriFor = async (headers: Record<string, string>) =>
      authorizeParameters((await agent.step(`${app.origin}/auth/login`, { headers })).location)[
        'redirect_uri'
      ]
    expect(await uriFor({ host: 'www.contoso.com' })).toBe('https://www.contoso.com/auth/callback')
    expect(await uriFor({ host: 'app.contoso.com' })).toBe('https://app.contoso.com/auth/callback')
    for (const host of ['evil.example', 'www.contoso.com.evil.example', 'www.contoso.com:8443']) {
      expect(await uriFor({ host, 'x-forwarded-host': 'evil.example' })).toBe(
        'https://app.contoso.com/auth/callback',
      )
    }
  })

  it('R02 redeems with the redirect URI that the sign-in started with', async () => {
    const app = await start()
    await signIn(createUserAgent(), `${app.origin}/private`, ada)
    expect(sent('token')[0]?.['redirect_uri']).toBe(`${app.origin}/auth/callback`)
  })

  it('R21 R22 signs in a user without e-mail and without a name', async () => {
    const app = await start()
    const page = await signIn(createUserAgent(), `${app.origin}/private`, {
      user: 'nameless@contoso.example',
    })
    const { account } = JSON.parse(page.html) as { account: Record<string, unknown> }
    expect(account['objectId']).toBe('d2b7c5e1-64f8-4a39-8e07-5c9a1b3f7d20')
    expect(account['email']).toBeUndefined()
    expect(account['name']).toBeUndefined()
  })

  it('R23 asks for offline_access unless silent renewal is turned off', async () => {
    const scopeOf = async (app: WebApp) =>
      authorizeParameters((await createUserAgent().step(`${app.origin}/auth/login`)).location)[
        'scope'
      ]
    expect(await scopeOf(await start())).toContain('offline_access')
    const without = await start({ signIn: { scopes: 'User.Read', silentRenewal: false } })
    expect(await scopeOf(without)).toBe('openid profile https://graph.microsoft.com/User.Read')
    expect((await signIn(createUserAgent(), `${without.origin}/private`, ada)).status).toBe(200)
  })

  it('R23 refuses options that want it and do not want it', () =>
    expect(start({ signIn: { scopes: 'offline_access', silentRenewal: false } })).rejects.toThrow(
      'silentRenewal',
    ))

  it('R40 T30 keeps no readable token anywhere in the session, and the account shows none', async () => {
    const app = await start()
    const agent = createUserAgent()
    const page = await signIn(agent, `${app.origin}/private`, ada)
    const session = (await agent.get(`${app.origin}/session`)).html
    expect(session).toContain(`entrada.${webAppId.slice(0, 8)}.tokens`)
    for (const text of [session, page.html]) {
      expect(text).not.toMatch(/eyJ[\w-]{10,}\.eyJ/)
      expect(text).not.toMatch(/refresh/i)
    }
    expect(session).not.toContain('Ada')
  })

  it('S09 S10 sets its cookie for the whole host only, out of reach of scripts, and is not cached', async () => {
    const app = await start()
    const page = await createUserAgent().step(`${app.origin}/private`)
    const [cookie] = page.headers.getSetCookie()
    expect(cookie).toMatch(
      /^entrada\.5e7f2d91\.[\w.-]+=[\w-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/,
    )
    expect(page.headers.get('cache-control')).toBe('no-store')
    const secure = await start({ baseUrls: ['https://app.contoso.com'] })
    const [hostCookie] = (
      await createUserAgent().step(`${secure.origin}/private`)
    ).headers.getSetCookie()
    expect(hostCookie).toMatch(
      /^__Host-entrada\..+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
    )
  })

  it('L39 forwards nothing of the login query that was not allowed', async () => {
    const query =
      'prompt=select_account&login_hint=eve%40evil.example&domain_hint=evil.example&scope=Mail.Send&redirect_uri=https%3A%2F%2Fevil.example&client_id=x&state=fixed&nonce=fixed&response_type=token'
    const plain = await start()
    const parameters = authorizeParameters(
      (await createUserAgent().step(`${plain.origin}/auth/login?${query}`)).location,
    )
    for (const name of ['prompt', 'login_hint', 'domain_hint'])
      expect(parameters[name]).toBeUndefined()
    expect(parameters).toMatchObject({
      client_id: webAppId,
      response_type: 'code',
      redirect_uri: `${plain.origin}/auth/callback`,
    })
    expect(parameters['scope']).not.toContain('Mail.Send')
    expect(parameters['state']).not.toBe('fixed')

    const open = await start({ signIn: { forwardParameters: ['prompt', 'login_hint'] } })
    const allowed = authorizeParameters(
      (
        await createUserAgent().step(
          `${open.origin}/auth/login?prompt=login&login_hint=ada&domain_hint=x`,
        )
      ).location,
    )
    expect(allowed).toMatchObject({ prompt: 'login', login_hint: 'ada' })
    expect(allowed['domain_hint']).toBeUndefined()
    const odd = authorizeParameters(
      (
        await createUserAgent().step(
          `${open.origin}/auth/login?prompt=none&login_hint=a&login_hint=b`,
        )
      ).location,
    )
    expect(odd['prompt']).toBeUndefined()
    expect(odd['login_hint']).toBeUndefined()
  })

  it('L39 forwards a parameter of a user flow that was named, and sends along what is configured', async () => {
    const signInOptions = {
      authorizationParameters: { mkt: 'de-DE', campaign: 'none' },
      forwardParameters: ['campaign'],
    }
    const app = await start({ signIn: signInOptions })
    const login = `${app.origin}/auth/login?campaign=spring&mkt=fr-FR&acr_values=x`
    const sent = authorizeParameters((await createUserAgent().step(login)).location)
    expect(sent).toMatchObject({ mkt: 'de-DE', campaign: 'spring', client_id: webAppId })
    expect(sent['acr_values']).toBeUndefined()
    const page = authorizeParameters(
      (await createUserAgent().step(`${app.origin}/private`)).location,
    )
    expect(page).toMatchObject({ mkt: 'de-DE', campaign: 'none' })
  })

  it.each([
    [{ authorizationParameters: { client_id: 'x' } }, 'client_id, which every sign-in sets itself'],
    [{ authorizationParameters: { prompt: 'login' } }, 'Use signIn({ prompt })'],
    [{ authorizationParameters: { 'a b': 'x' } }, 'Expected names of parameters'],
    [{ authorizationParameters: { mkt: 'a\nb' } }, 'for mkt. Expected a short text'],
    [{ forwardParameters: ['redirect_uri'] }, 'redirect_uri, which every sign-in sets itself'],
    [{ forwardParameters: ['scope'] }, 'Use signIn({ scopes })'],
  ])('L39 refuses %j, by which a request could change the sign-in', (signInOptions, message) =>
    expect(start({ signIn: signInOptions })).rejects.toMatchObject({
      code: 'ERR_ENTRA_CONFIGURATION',
      message: expect.stringContaining(message),
    }),
  )

  it.each(['/auth/logout', '/Auth/Logout/', '/auth/callback'])(
    'L48 refuses to lead to %s after the sign-out, from where nothing leads on',
    (afterSignOut) =>
      expect(start({ signIn: { afterSignOut } })).rejects.toMatchObject({
        code: 'ERR_ENTRA_CONFIGURATION',
        option: 'signIn.afterSignOut',
      }),
  )

  it('L40 L47 L48 returns to the start page when the address is hostile or its own', async () => {
    const app = await start()
    const addresses = [
      'https%3A%2F%2Fevil.example',
      '%2F%2Fevil.example',
      '%2F%255cevil.example',
      '%2Fauth%2Flogin',
      '%2Fauth%2Flogout',
      '%E0%A4%A',
      '%2Fprivate&returnTo=%2Fa',
      '',
    ]
    for (const address of addresses) {
      const agent = createHaltingAgent()
      const callback = await agent.arrive(app, `/auth/login?returnTo=${address}`)
      expect([address, (await agent.step(callback)).headers.get('location')]).toEqual([
        address,
        '/',
      ])
    }
  })

  it('L49 returns to a deep link with characters of any language', async () => {
    const app = await start()
    const agent = createHaltingAgent()
    const callback = await agent.arrive(
      app,
      `/auth/login?returnTo=${encodeURIComponent('/tasks/日本?q=ä#teil')}`,
    )
    expect((await agent.step(callback)).headers.get('location')).toBe(
      '/tasks/%E6%97%A5%E6%9C%AC?q=%C3%A4#teil',
    )
  })

  it('L49 returns to the start page when the address does not fit into a cookie', async () => {
    const app = await start()
    const agent = createHaltingAgent()
    const long = encodeURIComponent(`/tasks/${'日'.repeat(1_500)}`)
    const callback = await agent.arrive(app, `/auth/login?returnTo=${long}`)
    const cookies = agent.history.flatMap(({ headers }) => headers.getSetCookie())
    expect(Math.max(...cookies.map(({ length }) => length))).toBeLessThan(4_096)
    expect((await agent.step(callback)).headers.get('location')).toBe('/')
  })

  it('refuses other methods on the login route', async () => {
    const app = await start()
    for (const method of ['HEAD', 'POST', 'PUT']) {
      const page = await createUserAgent().step(`${app.origin}/auth/login`, { method })
      expect([method, page.status, page.headers.getSetCookie()]).toEqual([method, 405, []])
    }
  })
})
