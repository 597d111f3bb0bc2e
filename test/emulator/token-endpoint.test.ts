import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Emulator } from '../../src/emulator/index.js'
import { contosoDirectory } from '../../src/emulator/index.js'
import {
  ada,
  authorize,
  claimsOf,
  contoso,
  daemon,
  daemonSecret,
  fabrikam,
  onBehalfOf,
  pkce,
  postToken,
  redeem,
  start,
  stopAll,
  tasksApi,
  tasksApiSecret,
  webApp,
  webAppSecret,
  type Answer,
} from './contoso.js'

let emulator: Emulator
let now = 1_790_000_300_000
beforeAll(async () => {
  emulator = await start(undefined, { now: () => now })
})
afterAll(stopAll)

const guid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

function expectError(answer: Answer, status: number, error: string, code: number): void {
  expect({
    status: answer.status,
    error: answer.body.error,
    codes: answer.body.error_codes,
  }).toEqual({ status, error, codes: [code] })
}

const clientCredentials = {
  grant_type: 'client_credentials',
  client_id: daemon,
  client_secret: daemonSecret,
  scope: `api://${tasksApi}/.default`,
}

describe('an error', () => {
  it('has the documented body (4.4), and the caller’s id as correlation id', async () => {
    const id = '6a1b2c3d-0000-4000-8000-00000000a002'
    const answer = await postToken(
      emulator,
      { ...clientCredentials, client_secret: 'wrong' },
      { headers: { 'client-request-id': id } },
    )
    expectError(answer, 401, 'invalid_client', 7000215)
    const { body, headers } = answer
    expect(Object.keys(body)).toEqual([
      'error',
      'error_description',
      'error_codes',
      'timestamp',
      'trace_id',
      'correlation_id',
      'error_uri',
    ])
    expect(body.correlation_id).toBe(id)
    expect(body.trace_id).toMatch(guid)
    expect(body.timestamp).toBe('2026-09-21 14:18:20Z')
    expect(body.error_uri).toBe(`${emulator.origin}/error?code=7000215`)
    expect(body.error_description).toBe(
      'AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is ' +
        `the client secret value, not the client secret ID, for a secret added to app '${daemon}'.` +
        `\r\nTrace ID: ${String(body.trace_id)}\r\nCorrelation ID: ${id}` +
        `\r\nTimestamp: ${String(body.timestamp)}`,
    )
    expect(headers.get('x-ms-request-id')).toBe(body.trace_id)
    expect(headers.get('cache-control')).toBe('no-store, no-cache')
    expect(headers.get('pragma')).toBe('no-cache')
    expect(headers.get('expires')).toBe('-1')
    expect(headers.get('x-ms-clitelem')).toMatch(/^1,7000215,/)
  })

  it('takes the caller’s id from the form and from the query as well', async () => {
    const id = '6a1b2c3d-0000-4000-8000-00000000a003'
    const { grant_type: _left, ...incomplete } = clientCredentials
    const inForm = await postToken(emulator, { ...incomplete, 'client-request-id': id })
    expect(inForm.body.correlation_id).toBe(id)
    const inQuery = await fetch(`${emulator.authority}/oauth2/v2.0/token?client-request-id=${id}`)
    expect(await inQuery.json()).toMatchObject({ correlation_id: id })
  })
})

describe('a request', () => {
  it.each([
    ['grant_type', 900144],
    ['client_id', 900144],
  ])('without %s is AADSTS%i', async (name, code) => {
    const { [name]: _left, ...rest } = clientCredentials as Record<string, string>
    const answer = await postToken(emulator, rest)
    expectError(answer, 400, 'invalid_request', code)
    expect(answer.body.error_description).toContain(
      `The request body must contain the following parameter: '${name}'.`,
    )
  })

  it('without scope is AADSTS90014', async () => {
    const { scope: _scope, ...rest } = clientCredentials
    const answer = await postToken(emulator, rest)
    expectError(answer, 400, 'invalid_request', 90014)
    expect(answer.body.error_description).toContain("The required field 'scope' is missing")
  })

  it.each<[string, Record<string, string>, string, number]>([
    ['an unknown grant', { grant_type: 'password' }, 'unsupported_grant_type', 70003],
    ['an unknown client', { client_id: contoso }, 'unauthorized_client', 700016],
    [
      'the resource parameter',
      { resource: 'https://graph.microsoft.com' },
      'invalid_request',
      901002,
    ],
    ['claims that are not JSON', { claims: 'cp1' }, 'invalid_request', 9002313],
  ])('with %s is refused', async (_what, parameters, error, code) => {
    expectError(
      await postToken(emulator, { ...clientCredentials, ...parameters }),
      400,
      error,
      code,
    )
  })

  it('at an unknown tenant is AADSTS90002', async () => {
    const answer = await postToken(emulator, clientCredentials, { tenant: 'nobody.example' })
    expectError(answer, 400, 'invalid_request', 90002)
  })

  it('by GET is AADSTS900561', async () => {
    const response = await fetch(`${emulator.authority}/oauth2/v2.0/token`)
    expect(await response.json()).toMatchObject({ error_codes: [900561] })
  })

  it('that repeats a parameter is refused', async () => {
    const body = new URLSearchParams(clientCredentials)
    body.append('scope', 'https://graph.microsoft.com/.default')
    const response = await fetch(`${emulator.authority}/oauth2/v2.0/token`, {
      method: 'POST',
      body,
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_request', error_codes: [90023] })
  })
})

describe('client authentication', () => {
  it('takes the secret by HTTP Basic, form-encoded', async () => {
    const { client_secret: secret, ...parameters } = clientCredentials
    const encoded = [daemon, secret].map(encodeURIComponent).join(':')
    const authorization = `Basic ${Buffer.from(encoded).toString('base64')}`
    const { status } = await postToken(emulator, parameters, { headers: { authorization } })
    expect(status).toBe(200)
  })

  it('refuses a secret in both places', async () => {
    const authorization = `Basic ${Buffer.from(`${daemon}:x`).toString('base64')}`
    const answer = await postToken(emulator, clientCredentials, { headers: { authorization } })
    expectError(answer, 400, 'invalid_request', 9002313)
  })

  it('refuses a secret that comes from a page', async () => {
    const headers = { origin: 'http://localhost:4999' }
    const answer = await postToken(emulator, clientCredentials, { headers })
    expectError(answer, 400, 'invalid_request', 9002326)
  })

  it('refuses a confidential client without a credential (7000218)', async () => {
    const { client_secret: _secret, ...parameters } = clientCredentials
    expectError(await postToken(emulator, parameters), 401, 'invalid_client', 7000218)
  })

  it('refuses a public client with one (700025)', async () => {
    const directory = contosoDirectory()
    const client = directory.applications.find(({ appId }) => appId === daemon)
    if (client === undefined) throw new Error('no daemon')
    delete client.secrets
    client.isFallbackPublicClient = true
    const other = await start(directory)
    expectError(await postToken(other, clientCredentials), 401, 'invalid_client', 700025)
  })
})

describe('client credentials', () => {
  it.each(['common', 'consumers'])(
    'are refused at %s (9001023 or an earlier gate)',
    async (tenant) => {
      const web = { ...clientCredentials, client_id: webApp, client_secret: webAppSecret }
      expectError(await postToken(emulator, web, { tenant }), 400, 'invalid_request', 9001023)
    },
  )

  it('refuse a single-tenant client at common (50194) and elsewhere (650059)', async () => {
    const common = await postToken(emulator, clientCredentials, { tenant: 'common' })
    expectError(common, 400, 'invalid_request', 50194)
    const elsewhere = await postToken(emulator, clientCredentials, { tenant: fabrikam })
    expectError(elsewhere, 400, 'unauthorized_client', 650059)
  })

  it.each([
    `api://${tasksApi}/Tasks.Read`,
    `api://${tasksApi}/.default openid`,
    `api://${tasksApi}/.default https://graph.microsoft.com/.default`,
  ])('take nothing but one {resource}/.default: %s is AADSTS1002012', async (scope) => {
    const answer = await postToken(emulator, { ...clientCredentials, scope })
    expectError(answer, 400, 'invalid_scope', 1002012)
    expect(answer.body.error_description).toContain(
      'Client credential flows must have a scope value with /.default suffixed to the resource ' +
        'identifier (application ID URI).',
    )
  })

  it('refuse a resource the tenant does not have (500011)', async () => {
    const scope = 'https://vault.azure.net/.default'
    const answer = await postToken(emulator, { ...clientCredentials, scope })
    expectError(answer, 400, 'invalid_resource', 500011)
  })
})

describe('a code', () => {
  const scope = 'openid profile offline_access User.Read'

  it('is redeemed once (54005)', async () => {
    const { answer } = await authorize(emulator, { scope })
    expect((await redeem(emulator, answer.get('code'))).status).toBe(200)
    expectError(await redeem(emulator, answer.get('code')), 400, 'invalid_grant', 54005)
  })

  it('is redeemed within a minute (70008)', async () => {
    const { answer } = await authorize(emulator, { scope })
    now += 61_000
    expectError(await redeem(emulator, answer.get('code')), 400, 'invalid_grant', 70008)
  })

  it('is redeemed at the tenant it was issued at (700005)', async () => {
    const { answer } = await authorize(emulator, { scope })
    const elsewhere = await redeem(emulator, answer.get('code'), { tenant: 'common' })
    expectError(elsewhere, 400, 'invalid_grant', 700005)
  })

  it('is redeemed by the client it was issued to (70000) with its own redirect URI (500112)', async () => {
    const { answer } = await authorize(emulator, { scope })
    const code = answer.get('code')
    const stranger = { client_id: daemon, client_secret: daemonSecret }
    expectError(await redeem(emulator, code, stranger), 400, 'invalid_grant', 70000)
    const uri = { redirect_uri: 'http://localhost:5000/auth/callback' }
    expectError(await redeem(emulator, code, uri), 400, 'invalid_grant', 500112)
    expect((await redeem(emulator, code)).status).toBe(200)
  })

  it('that nobody issued is AADSTS9002313 with invalid_grant', async () => {
    expectError(await redeem(emulator, 'garbage'), 400, 'invalid_grant', 9002313)
  })

  it('echoes the granted scopes by their full names, offline_access left out', async () => {
    const { answer } = await authorize(emulator, { scope: `${scope} email` })
    const { body } = await redeem(emulator, answer.get('code'), { client_info: '1' })
    expect(body).toMatchObject({
      token_type: 'Bearer',
      scope: 'email openid profile https://graph.microsoft.com/User.Read',
      client_info:
        'eyJ1aWQiOiIzZjBiNmE1Mi03YzFlLTRkMGItOWI3YS0yYTZkNWI4ZTFjMTEiLCJ1dGlkIjoiN2QxYzlhMTAtNWE2ZS00YTFkLThmNmMtMGIyZjVlOWQzYTc3In0',
      refresh_token: expect.any(String),
    })
    expect(body.expires_in).toBe(body.ext_expires_in)
    expect(body.expires_in).toBeGreaterThanOrEqual(3600)
    expect(body.expires_in).toBeLessThanOrEqual(5400)
  })

  it('asked for with S256 needs its verifier', async () => {
    const { verifier, challenge } = pkce()
    const parameters = { code_challenge: challenge, code_challenge_method: 'S256' }
    const { answer } = await authorize(emulator, { scope, parameters })
    const code = answer.get('code')
    expectError(await redeem(emulator, code), 400, 'invalid_grant', 50148)
    const other = pkce().verifier
    expectError(
      await redeem(emulator, code, { code_verifier: other }),
      400,
      'invalid_grant',
      501481,
    )
    expect((await redeem(emulator, code, { code_verifier: verifier })).status).toBe(200)
  })

  it.each([{}, { code_challenge_method: 'plain' }])(
    'asked for with a plain challenge takes it as verifier (%j)',
    async (method) => {
      const { verifier } = pkce()
      const parameters = { code_challenge: verifier, ...method }
      const { answer } = await authorize(emulator, { scope, parameters })
      const { status } = await redeem(emulator, answer.get('code'), { code_verifier: verifier })
      expect(status).toBe(200)
    },
  )

  it('asked for without a challenge refuses a verifier: somebody stripped the challenge', async () => {
    const { answer } = await authorize(emulator, { scope })
    const redeemed = await redeem(emulator, answer.get('code'), { code_verifier: pkce().verifier })
    expectError(redeemed, 400, 'invalid_grant', 50148)
  })

  it('for nothing but offline access brings no access token (28002, 28003)', async () => {
    const { answer } = await authorize(emulator, { scope: 'offline_access' })
    const code = answer.get('code')
    expectError(await redeem(emulator, code), 400, 'invalid_scope', 28003)
    const again = await authorize(emulator, { scope: 'offline_access' })
    const redeemed = await redeem(emulator, again.answer.get('code'), { scope: 'offline_access' })
    expectError(redeemed, 400, 'invalid_scope', 28002)
  })

  it('for several APIs is redeemed for one (28000)', async () => {
    const both = `User.Read api://${tasksApi}/Tasks.Read`
    const { answer } = await authorize(emulator, { scope: both })
    const code = answer.get('code')
    expectError(await redeem(emulator, code, { scope: both }), 400, 'invalid_request', 28000)
    const again = await authorize(emulator, { scope: both })
    const scopeOfTasks = `api://${tasksApi}/Tasks.Read`
    const { body } = await redeem(emulator, again.answer.get('code'), { scope: scopeOfTasks })
    expect(claimsOf(body.access_token)).toMatchObject({ aud: tasksApi, scp: 'Tasks.Read' })
  })
})

describe('a refresh token', () => {
  async function refreshToken(): Promise<string> {
    const scope = `openid offline_access User.Read api://${tasksApi}/Tasks.Read`
    const { answer } = await authorize(emulator, { scope })
    const { body } = await redeem(emulator, answer.get('code'), { scope: 'User.Read' })
    return String(body.refresh_token)
  }

  const refresh = (token: string, parameters: Record<string, string> = {}, tenant = contoso) =>
    postToken(
      emulator,
      {
        grant_type: 'refresh_token',
        client_id: webApp,
        client_secret: webAppSecret,
        refresh_token: token,
        ...parameters,
      },
      { tenant },
    )

  it('serves every consented API, and stays good after its use', async () => {
    const token = await refreshToken()
    const graphAnswer = await refresh(token, { scope: 'User.Read' })
    const tasksAnswer = await refresh(token, { scope: `api://${tasksApi}/Tasks.Read openid` })
    expect(claimsOf(graphAnswer.body.access_token).scp).toContain('User.Read')
    expect(claimsOf(tasksAnswer.body.access_token)).toMatchObject({
      aud: tasksApi,
      scp: 'Tasks.Read',
    })
    expect(graphAnswer.body.refresh_token).not.toBe(token)
    expect(claimsOf(tasksAnswer.body.id_token)).not.toHaveProperty('nonce')
    const chained = await refresh(String(graphAnswer.body.refresh_token), { scope: 'User.Read' })
    expect(chained.status).toBe(200)
  })

  it('serves another tenant where the user is a guest and has consented', async () => {
    const token = await refreshToken()
    const before = await refresh(token, { scope: 'User.Read' }, fabrikam)
    expectError(before, 400, 'invalid_grant', 65001)
    expect(before.body.suberror).toBe('consent_required')
    await authorize(emulator, { tenant: fabrikam, scope: 'User.Read' })
    const { body } = await refresh(token, { scope: 'User.Read' }, fabrikam)
    expect(claimsOf(body.access_token)).toMatchObject({ tid: fabrikam })
  })

  it.each<[string, string, number, string]>([
    ['without consent', 'Calendars.Read', 65001, 'invalid_grant'],
    ['for two APIs', `User.Read api://${tasksApi}/Tasks.Read`, 28000, 'invalid_request'],
    [
      'with .default and a named scope',
      'https://graph.microsoft.com/.default Mail.Read',
      70011,
      'invalid_scope',
    ],
    ['for an unknown API', 'api://nothing/x', 500011, 'invalid_resource'],
    ['for an unknown permission', 'Tasks.Fly', 650053, 'invalid_scope'],
  ])('%s is refused', async (_what, scope, code, error) => {
    expectError(await refresh(await refreshToken(), { scope }), 400, error, code)
  })

  it('that nobody issued is AADSTS9002313 with invalid_grant', async () => {
    expectError(await refresh('garbage'), 400, 'invalid_grant', 9002313)
  })

  it('expires after ninety days without use (700082)', async () => {
    const token = await refreshToken()
    now += 91 * 86_400_000
    const answer = await refresh(token)
    expectError(answer, 400, 'invalid_grant', 700082)
    expect(answer.body.suberror).toBe('bad_token')
  })
})

describe('on-behalf-of', () => {
  const exchange = (assertion: string, parameters: Record<string, string> = {}, tenant = contoso) =>
    postToken(
      emulator,
      {
        grant_type: onBehalfOf,
        client_id: tasksApi,
        client_secret: tasksApiSecret,
        requested_token_use: 'on_behalf_of',
        scope: 'https://graph.microsoft.com/.default',
        assertion,
        ...parameters,
      },
      { tenant },
    )
  const userToken = () => emulator.mintToken({ resource: tasksApi, user: ada })

  it('gives the API a token of the user for the next API, .default echoed', async () => {
    const { status, body } = await exchange(await userToken())
    expect(status).toBe(200)
    expect(body.scope).toBe(
      'https://graph.microsoft.com/User.Read https://graph.microsoft.com/.default',
    )
    expect(claimsOf(body.access_token)).toMatchObject({
      appid: tasksApi,
      oid: ada,
      scp: 'User.Read',
    })
    expect(body).not.toHaveProperty('refresh_token')
  })

  it('gives a refresh token with offline_access only', async () => {
    const scope = 'https://graph.microsoft.com/User.Read offline_access'
    const { body } = await exchange(await userToken(), { scope })
    expect(body).toHaveProperty('refresh_token')
  })

  it('accepts the token of a v1.0 API by its App ID URI', async () => {
    const token = await emulator.mintToken({ resource: tasksApi, version: 1, user: ada })
    expect((await exchange(token)).status).toBe(200)
  })

  const idTokenClaims = () => ({
    aud: tasksApi,
    iss: `${emulator.authority}/v2.0`,
    tid: contoso,
    oid: ada,
    iat: now / 1000,
    nbf: now / 1000,
    exp: now / 1000 + 3600,
    ver: '2.0',
  })

  const v1Issuer = `https://sts.windows.net/${contoso}/`

  it.each<[string, () => Promise<string>, string, number]>([
    [
      'a token for another API',
      () => emulator.mintToken({ resource: webApp, user: ada }),
      'invalid_grant',
      500131,
    ],
    ['an ID token', () => emulator.sign(idTokenClaims()), 'invalid_grant', 240002],
    [
      'an app-only token',
      () => emulator.mintToken({ resource: tasksApi, client: daemon }),
      'unauthorized_client',
      7000114,
    ],
    [
      'an expired token',
      () => emulator.mintToken({ resource: tasksApi, user: ada, expiresIn: -600 }),
      'invalid_grant',
      500133,
    ],
    [
      'a token with a broken signature',
      async () => (await userToken()).replace(/.{8}$/, 'AAAAAAAA'),
      'invalid_grant',
      50013,
    ],
    [
      "a token signed by the key of personal accounts, for an organization's user",
      () => emulator.mintToken({ resource: tasksApi, user: ada, key: { family: 'personal' } }),
      'invalid_grant',
      50013,
    ],
    [
      'a v2.0 token by the issuer of v1.0',
      () => emulator.sign({ ...idTokenClaims(), azp: webApp, scp: 'x', iss: v1Issuer }),
      'invalid_grant',
      50013,
    ],
    ['something else', () => Promise.resolve('garbage'), 'invalid_grant', 50013],
  ])('refuses %s', async (_what, token, error, code) => {
    expectError(await exchange(await token()), 400, error, code)
  })

  it('without consent is AADSTS65001 with consent_required', async () => {
    const scope = 'https://graph.microsoft.com/Mail.Read'
    const answer = await exchange(await userToken(), { scope })
    expectError(answer, 400, 'invalid_grant', 65001)
    expect(answer.body.suberror).toBe('consent_required')
    expect(answer.body.error_description).toContain(
      `The user or administrator has not consented to use the application with ID '${tasksApi}' ` +
        "named 'Tasks API'. Send an interactive authorization request for this user and resource.",
    )
  })

  it('needs its own parameters', async () => {
    const answer = await exchange(await userToken(), { requested_token_use: '' })
    expectError(answer, 400, 'invalid_request', 900144)
  })

  it('is refused at another tenant than the token is of, though the user is a guest there', async () => {
    expectError(await exchange(await userToken(), {}, fabrikam), 400, 'invalid_grant', 50013)
  })

  it('is refused at common', async () => {
    const answer = await exchange(await userToken(), {}, 'common')
    expectError(answer, 400, 'invalid_request', 9001023)
  })
})
