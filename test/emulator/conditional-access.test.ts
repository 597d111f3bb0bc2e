import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { adaAtFabrikam, authorize, fabrikam, postToken, redeem, webAppSecret } from './contoso.js'

const contoso = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
const webApp = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
const tasksApi = '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10'
const daemon = '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264'
const daemonPrincipal = 'e4a1b7c3-58d2-4690-9f0e-3b6c8d2a7f15'
const adaId = '3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11'
const graph = '00000003-0000-0000-c000-000000000000'

const clock = { now: Date.now() }
let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory(), { now: () => clock.now })
})
beforeEach(() => {
  // What was revoked stays revoked, so every test begins later.
  clock.now += 3_600_000
})
afterEach(() => emulator.conditionalAccess.clear())
afterAll(() => emulator.stop())

const me = (token: string) =>
  fetch(`${emulator.graphOrigin}/v1.0/me`, { headers: { authorization: `Bearer ${token}` } })

const graphToken = (claims: Record<string, unknown> = {}) =>
  emulator.mintToken({
    resource: graph,
    client: webApp,
    user: adaId,
    scopes: ['User.Read'],
    claims,
  })

async function grant(parameters: Record<string, string>) {
  const answer = await fetch(`${emulator.listening}/${contoso}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams(parameters),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

const onBehalfOf = (assertion: string, claims?: string) =>
  grant({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    requested_token_use: 'on_behalf_of',
    client_id: tasksApi,
    client_secret: 'tasks-api-secret-for-the-emulator-only',
    scope: 'https://graph.microsoft.com/.default',
    assertion,
    ...(claims === undefined ? {} : { claims }),
  })

const tasksToken = () =>
  emulator.mintToken({
    resource: tasksApi,
    client: webApp,
    user: adaId,
    scopes: ['access_as_user'],
  })

describe('sessions that were ended', () => {
  it("are answered by Graph with the claims challenge of Microsoft's own recording", async () => {
    const token = await graphToken({ xms_cc: ['CP1'] })
    expect((await me(token)).status).toBe(200)
    emulator.conditionalAccess.revokeSessions(adaId)
    const answer = await me(token)
    const claims = `{"access_token":{"nbf":{"essential":true, "value":"${Math.floor(clock.now / 1000)}"}}}`
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toBe(
      `Bearer realm="", authorization_uri="${emulator.origin}/common/oauth2/authorize", ` +
        `client_id="${graph}", error="insufficient_claims", claims="${btoa(claims)}"`,
    )
    expect(await answer.json()).toMatchObject({
      error: {
        code: 'InvalidAuthenticationToken',
        message:
          'Continuous access evaluation resulted in claims challenge with result: ' +
          'InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp',
      },
    })
  })

  it('leave tokens of clients without cp1 good, and tokens that came afterwards', async () => {
    const old = await graphToken()
    emulator.conditionalAccess.revokeSessions(adaId)
    expect((await me(old)).status).toBe(200)
    expect((await me(await graphToken({ xms_cc: ['cp1'] }))).status).toBe(200)
  })

  it('end on-behalf-of with the tokens from before', async () => {
    const assertion = await tasksToken()
    emulator.conditionalAccess.revokeSessions(adaId)
    expect(await onBehalfOf(assertion)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', suberror: 'bad_token', error_codes: [50173] },
    })
    expect((await onBehalfOf(await tasksToken())).status).toBe(200)
  })

  it('end with those as a guest of other tenants', async () => {
    const signIn = { tenant: fabrikam, scope: 'openid offline_access User.Read' }
    const { answer } = await authorize(emulator, signIn)
    const { body } = await redeem(emulator, answer.get('code'), { tenant: fabrikam })
    const before = String(body['access_token'])
    const refresh = () =>
      postToken(
        emulator,
        {
          grant_type: 'refresh_token',
          client_id: webApp,
          client_secret: webAppSecret,
          refresh_token: String(body['refresh_token']),
        },
        { tenant: fabrikam },
      )
    expect((await refresh()).status).toBe(200)
    emulator.conditionalAccess.revokeSessions(adaId)
    expect((await refresh()).body['error_codes']).toEqual([50173])
    expect((await me(before)).status).toBe(200)
    const capable = { resource: graph, client: webApp, user: adaAtFabrikam, scopes: ['User.Read'] }
    const old = { xms_cc: ['cp1'], nbf: Math.floor(clock.now / 1000) - 300 }
    expect((await me(await emulator.mintToken({ ...capable, claims: old }))).status).toBe(401)
  })

  it('end with a code that was not redeemed yet', async () => {
    const { answer } = await authorize(emulator)
    emulator.conditionalAccess.revokeSessions(adaId)
    expect(await redeem(emulator, answer.get('code'))).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', suberror: 'bad_token', error_codes: [50173] },
    })
  })

  it('are those of an app as well', async () => {
    const credentials = () =>
      grant({
        grant_type: 'client_credentials',
        client_id: daemon,
        client_secret: 'daemon-secret-for-the-emulator-only',
        scope: 'https://graph.microsoft.com/.default',
        claims: '{"access_token":{"xms_cc":{"values":["cp1"]}}}',
      })
    const users = async (token: unknown) =>
      fetch(`${emulator.graphOrigin}/v1.0/users`, {
        headers: { authorization: `Bearer ${String(token)}` },
      })
    const before = (await credentials()).body['access_token']
    emulator.conditionalAccess.revokeSessions(daemonPrincipal)
    expect((await users(before)).status).toBe(401)
    expect((await users((await credentials()).body['access_token'])).status).not.toBe(401)
  })
})

describe('POST /me/revokeSignInSessions', () => {
  const revoke = async (user: string, scope: string) => {
    const token = await emulator.mintToken({
      resource: graph,
      client: webApp,
      user,
      scopes: [scope],
      claims: { xms_cc: ['cp1'] },
    })
    const answer = await fetch(`${emulator.graphOrigin}/v1.0/me/revokeSignInSessions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    })
    const body: unknown = await answer.json()
    return { status: answer.status, body, isEnded: await isEnded(token) }
  }
  const isEnded = async (token: string) => (await me(token)).status === 401

  it('ends the sessions of the user', async () => {
    expect(await revoke(adaId, 'User.RevokeSessions.All')).toEqual({
      status: 200,
      body: {
        '@odata.context': `${emulator.graphOrigin}/v1.0/$metadata#Edm.Boolean`,
        value: true,
      },
      isEnded: true,
    })
  })

  it('ends nothing without the permission, nor for a guest, whose sessions are those at home', async () => {
    expect(await revoke(adaId, 'User.Read')).toMatchObject({ status: 403, isEnded: false })
    const guest = await revoke(adaAtFabrikam, 'User.RevokeSessions.All')
    expect(guest).toMatchObject({ status: 200, isEnded: false })
  })
})

describe('multifactor authentication', () => {
  it.each([50076, 50079] as const)('is asked of on-behalf-of with claims: %s', async (code) => {
    emulator.conditionalAccess.requireMfa({ resource: graph, code })
    const answer = await onBehalfOf(await tasksToken())
    expect(answer).toMatchObject({
      status: 400,
      body: {
        error: 'interaction_required',
        suberror: 'basic_action',
        error_codes: [code],
        claims: expect.stringMatching(
          /^\{"access_token":\{"polids":\{"essential":true,"values":\["[\da-f-]{36}"\]\}\}\}$/,
        ),
      },
    })
    emulator.conditionalAccess.clear()
    expect((await onBehalfOf(await tasksToken())).status).toBe(200)
  })
})

describe('an authentication context that Graph asks for', () => {
  it('is a claims challenge for clients that can answer one, 403 for others', async () => {
    emulator.conditionalAccess.requireContext('c1')
    const answer = await me(await graphToken({ xms_cc: ['cp1'] }))
    expect(answer.status).toBe(401)
    const [, claims = ''] =
      /claims="([^"]+)"/.exec(answer.headers.get('www-authenticate') ?? '') ?? []
    expect(JSON.parse(atob(claims))).toEqual({
      access_token: { acrs: { essential: true, value: 'c1' } },
    })
    expect((await me(await graphToken())).status).toBe(403)
    expect((await me(await graphToken({ acrs: ['c1'] }))).status).toBe(200)
  })
})
