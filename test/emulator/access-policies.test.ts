import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { contosoDirectory, type Emulator } from '../../src/emulator/index.js'
import {
  ada,
  authorize,
  authorizeUrl,
  browser,
  claimsOf,
  contoso,
  daemon,
  daemonSecret,
  graph,
  onBehalfOf,
  postToken,
  redeem,
  start,
  stopAll,
  tasksApi,
  tasksApiSecret,
  webApp,
  webAppSecret,
} from './contoso.js'

const clock = { now: Date.now() }
let emulator: Emulator

beforeAll(async () => {
  const directory = contosoDirectory()
  const app = directory.applications.find(({ appId }) => appId === webApp)
  if (app !== undefined) app.optionalClaims = { idToken: ['acrs', 'login_hint'] }
  emulator = await start(directory, { now: () => clock.now })
  const given = { tenant: contoso, client: webApp, user: ada }
  emulator.grants.grantDelegated({ ...given, resource: tasksApi, scopes: ['Tasks.Read'] })
  emulator.grants.grantDelegated({ ...given, resource: graph, scopes: ['User.Read'] })
})
beforeEach(() => {
  clock.now += 3_600_000
})
afterEach(() => {
  emulator.conditionalAccess.clear()
  emulator.throttling.clear()
  emulator.lifetimes.clear()
})
afterAll(stopAll)

const tasks = `api://${tasksApi}/Tasks.Read`

const refreshToken = () =>
  emulator.mintToken({
    kind: 'refresh',
    client: webApp,
    user: ada,
    scope: `openid profile offline_access ${tasks}`,
  })

const refresh = (token: string, parameters: Record<string, string> = {}) =>
  postToken(emulator, {
    grant_type: 'refresh_token',
    client_id: webApp,
    client_secret: webAppSecret,
    refresh_token: token,
    ...parameters,
  })

const behalfOf = (assertion: string) =>
  postToken(emulator, {
    grant_type: onBehalfOf,
    client_id: tasksApi,
    client_secret: tasksApiSecret,
    requested_token_use: 'on_behalf_of',
    scope: 'https://graph.microsoft.com/.default',
    assertion,
  })

const appToken = () =>
  postToken(emulator, {
    grant_type: 'client_credentials',
    client_id: daemon,
    client_secret: daemonSecret,
    scope: `api://${tasksApi}/.default`,
  })

describe('a block', () => {
  it('refuses the refresh token with the policy in its claims, and nothing the user could do', async () => {
    const token = await refreshToken()
    emulator.conditionalAccess.block({ resource: tasksApi, user: ada })
    expect(await refresh(token)).toMatchObject({
      status: 400,
      body: {
        error: 'invalid_grant',
        suberror: 'message_only',
        error_codes: [53003],
        claims: expect.stringMatching(
          /^\{"access_token":\{"capolids":\{"essential":true,"values":/,
        ),
      },
    })
    expect((await refresh(token, { scope: 'User.Read' })).status).toBe(200)
  })

  it('ends on a page at the browser, and is access_denied without one', async () => {
    emulator.conditionalAccess.block({ resource: tasksApi })
    const agent = browser()
    const { page } = await authorize(emulator, { agent, scope: `openid ${tasks}` })
    expect(page.status).toBe(400)
    expect(page.html).toContain('AADSTS53003')
    const silent = await agent.get(
      authorizeUrl(emulator, { scope: `openid ${tasks}`, parameters: { prompt: 'none' } }),
    )
    const { searchParams } = new URL(silent.url)
    expect(searchParams.get('error')).toBe('access_denied')
    expect(searchParams.get('error_description')).toMatch(/^AADSTS53003/)
  })
})

describe('sign-in frequency', () => {
  it('ends a refresh token when the sign-in is too old', async () => {
    emulator.conditionalAccess.limitSession({ resource: tasksApi, seconds: 600 })
    const token = await refreshToken()
    clock.now += 599_000
    const { body } = await refresh(token)
    clock.now += 60_000
    expect(await refresh(String(body['refresh_token']))).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', suberror: 'token_expired', error_codes: [70043] },
    })
  })

  it('is counted from the sign-in on behalf of, not from the iat of the token that came', async () => {
    emulator.conditionalAccess.limitSession({ resource: graph, seconds: 60 })
    const token = await refreshToken()
    clock.now += 50_000
    const { body } = await refresh(token, { scope: tasks })
    expect((await behalfOf(String(body['access_token']))).status).toBe(200)
    clock.now += 11_000
    expect((await behalfOf(String(body['access_token']))).body).toMatchObject({
      error: 'invalid_grant',
      error_codes: [70043],
    })
  })

  it('asks again at the browser, and says so where nobody may be asked', async () => {
    const agent = browser()
    const asking = { agent, scope: `openid ${tasks}` }
    await authorize(emulator, asking)
    emulator.conditionalAccess.limitSession({ resource: tasksApi, seconds: 60 })
    clock.now += 120_000
    const silent = await agent.get(
      authorizeUrl(emulator, { ...asking, parameters: { prompt: 'none' } }),
    )
    expect(new URL(silent.url).searchParams.get('error')).toBe('interaction_required')
    const asked = await agent.get(authorizeUrl(emulator, asking))
    expect(asked.html).toContain('Choose an account')
    const { answer } = await authorize(emulator, asking)
    expect((await redeem(emulator, answer.get('code'), { scope: tasks })).status).toBe(200)
  })
})

describe('multifactor authentication', () => {
  it('is asked for silently in vain, and the answer says with what claims to sign in', async () => {
    const agent = browser()
    const asking = { agent, scope: `openid ${tasks}` }
    await authorize(emulator, asking)
    emulator.conditionalAccess.requireMfa({ resource: tasksApi })
    const silent = await agent.get(
      authorizeUrl(emulator, { ...asking, parameters: { prompt: 'none' } }),
    )
    const answer = new URL(silent.url).searchParams
    expect(Object.fromEntries(answer)).toMatchObject({
      error: 'interaction_required',
      suberror: 'basic_action',
      claims: expect.stringMatching(/^\{"access_token":\{"polids":/),
    })
    expect(answer.has('error_subcode')).toBe(false)
  })
})

describe('an authentication context', () => {
  const claims = (part: string) =>
    JSON.stringify({ [part]: { acrs: { essential: true, value: 'c1' } } })

  it('is issued when asked for, as no policy protects it', async () => {
    const { body } = await refresh(await refreshToken(), { claims: claims('access_token') })
    expect(claimsOf(body['access_token'])).toMatchObject({ acrs: ['c1'] })
  })

  it('asked for at the sign-in is in the access token of its code, and in no later one', async () => {
    const { answer } = await authorize(emulator, {
      scope: 'openid offline_access User.Read',
      parameters: { claims: claims('access_token') },
    })
    const first = await redeem(emulator, answer.get('code'))
    expect(claimsOf(first.body['access_token'])).toMatchObject({ acrs: ['c1'] })
    const later = await refresh(String(first.body['refresh_token']))
    expect(claimsOf(later.body['access_token'])).not.toHaveProperty('acrs')
  })

  it('that a policy protects takes a sign-in at the browser, and is asked for again in its claims', async () => {
    emulator.conditionalAccess.requireMfa({ context: 'c1' })
    const refused = await refresh(await refreshToken(), { claims: claims('access_token') })
    expect(refused.body).toMatchObject({ error_codes: [50076], suberror: 'basic_action' })
    const asked = JSON.parse(String(refused.body['claims'])) as object
    expect(asked).toMatchObject({ access_token: { acrs: { essential: true, value: 'c1' } } })
    const { answer } = await authorize(emulator, {
      scope: `openid ${tasks}`,
      parameters: { claims: String(refused.body['claims']) },
    })
    const { body } = await redeem(emulator, answer.get('code'), { scope: tasks })
    expect(claimsOf(body['access_token'])).toMatchObject({ acrs: ['c1'] })
  })

  it.each(['access_token', 'id_token'])(
    'stands in the ID token of a client that opted in (asked for in %s)',
    async (part) => {
      const { answer } = await authorize(emulator, { parameters: { claims: claims(part) } })
      const { body } = await redeem(emulator, answer.get('code'), { scope: 'openid' })
      expect(claimsOf(body['id_token'])).toMatchObject({ acrs: ['c1'] })
    },
  )
})

describe('throttling', () => {
  it('answers an app with 429 and Retry-After, a user with AADSTS50196', async () => {
    emulator.throttling.limit({ retryAfter: 7 })
    const app = await appToken()
    expect(app).toMatchObject({ status: 429, body: { error_codes: [50196] } })
    expect(app.headers.get('retry-after')).toBe('7')
    expect(await refresh(await refreshToken())).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_codes: [50196] },
    })
  })

  it('is for one client, as often as told', async () => {
    emulator.throttling.limit({ client: daemon, times: 1 })
    expect((await refresh(await refreshToken())).status).toBe(200)
    expect((await appToken()).status).toBe(429)
    expect((await appToken()).status).toBe(200)
  })

  it('meets the 15th identical request in five minutes', async () => {
    emulator.throttling.detectLoops()
    for (let count = 1; count <= 14; count += 1) expect((await appToken()).status).toBe(200)
    expect((await appToken()).status).toBe(429)
    clock.now += 301_000
    expect((await appToken()).status).toBe(200)
  })
})

describe('a loop', () => {
  it('is none when codes of different sign-ins are redeemed', async () => {
    emulator.throttling.detectLoops()
    for (let count = 1; count <= 16; count += 1) {
      const { answer } = await authorize(emulator)
      expect((await redeem(emulator, answer.get('code'), { scope: 'openid' })).status).toBe(200)
    }
  })
})

describe('lifetimes', () => {
  it('are those that were chosen', async () => {
    emulator.lifetimes.set({ accessToken: 10, refreshToken: 20 })
    const { body } = await refresh(await refreshToken(), { scope: tasks })
    expect(body['expires_in']).toBe(10)
    clock.now += 21_000
    expect((await refresh(String(body['refresh_token']))).body['error_codes']).toEqual([700082])
  })

  it('are long for Graph under continuous access evaluation, with refresh_in at the half', async () => {
    emulator.lifetimes.set({ continuousAccess: 86_400 })
    const capable = '{"access_token":{"xms_cc":{"values":["cp1"]}}}'
    const long = await refresh(await refreshToken(), { scope: 'User.Read', claims: capable })
    expect(long.body).toMatchObject({ expires_in: 86_400, refresh_in: 43_200 })
    const other = await refresh(await refreshToken(), { scope: 'User.Read' })
    expect(other.body['expires_in']).toBeLessThan(5_401)
    expect(other.body).not.toHaveProperty('refresh_in')
  })

  it('of a code can be longer than its minute', async () => {
    emulator.lifetimes.set({ code: 600 })
    const { answer } = await authorize(emulator)
    clock.now += 300_000
    expect((await redeem(emulator, answer.get('code'), { scope: 'openid' })).status).toBe(200)
  })
})

it('takes a disabled account out of every grant that needs its user', async () => {
  const token = await refreshToken()
  const user = emulator.directory.tenants[0]?.users.find(({ id }) => id === ada)
  if (user !== undefined) user.accountEnabled = false
  expect((await refresh(token)).body['error_codes']).toEqual([50057])
  const assertion = await emulator.mintToken({ resource: tasksApi, user: ada })
  expect((await behalfOf(assertion)).body['error_codes']).toEqual([50057])
  const agent = browser()
  const { page } = await authorize(emulator, { agent })
  expect(page.html).toContain('AADSTS50057')
  const silent = await agent.get(authorizeUrl(emulator, { parameters: { prompt: 'none' } }))
  const answer = new URL(silent.url).searchParams
  expect(answer.get('error')).toBe('interaction_required')
  expect(answer.get('error_description')).toMatch(/^AADSTS50057/)
  if (user !== undefined) delete user.accountEnabled
  expect((await refresh(token, { scope: `api://${tasksApi}/.default` })).status).toBe(200)
})
