import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, type Application, type Emulator } from '../../src/emulator/index.js'
import {
  ada,
  authorize,
  authorizeUrl,
  browser,
  callback,
  claimsOf,
  contoso,
  daemon,
  daemonSecret,
  graph,
  legacyApi,
  linesOf,
  pkce,
  postToken,
  start,
  stopAll,
  tasksApi,
  webApp,
} from './contoso.js'

let emulator: Emulator
const groups = Array.from({ length: 6 }, (_, index) => `group-${index}`)
const page = 'http://localhost:4999/page'

beforeAll(async () => {
  emulator = await start(contosoDirectory())
  app(webApp).spaRedirectUris = [page]
  const user = emulator.directory.tenants[0]?.users.find(({ id }) => id === ada)
  Object.assign(user ?? {}, { groups, directoryRoles: ['role-template'], usageLocation: 'SE' })
})
afterAll(stopAll)

function app(appId: string): Application {
  const found = emulator.directory.applications.find((one) => one.appId === appId)
  if (found === undefined) throw new Error('No such application.')
  return found
}

const fragmentOf = (url: string) => new URLSearchParams(new URL(url).hash.slice(1))

describe('tokens straight from /authorize', () => {
  beforeAll(() => {
    Object.assign(app(webApp), { enableIdTokenIssuance: true, enableAccessTokenIssuance: true })
  })

  it('come beside the code, with its hash, in the fragment', async () => {
    const { page: end } = await authorize(emulator, {
      parameters: { response_type: 'code id_token' },
    })
    const answer = fragmentOf(end.url)
    const claims = claimsOf(answer.get('id_token'))
    const half = createHash('sha256')
      .update(answer.get('code') ?? '')
      .digest()
      .subarray(0, 16)
    expect(claims).toMatchObject({ aud: webApp, nonce: 'n-7f3c2b1a', oid: ada })
    expect(claims['c_hash']).toBe(half.toString('base64url'))
    expect(claims).not.toHaveProperty('at_hash')
    expect(answer.get('state')).toBe('the state')
  })

  it('are an ID token and an access token without a code', async () => {
    const { page: end } = await authorize(emulator, {
      scope: 'openid User.Read',
      parameters: { response_type: 'id_token token' },
    })
    const answer = fragmentOf(end.url)
    expect(answer.has('code')).toBe(false)
    expect(answer.get('token_type')).toBe('Bearer')
    expect(claimsOf(answer.get('access_token')).aud).toBe(graph)
    expect(claimsOf(answer.get('id_token'))).toHaveProperty('at_hash')
  })

  it.each([
    ['without a nonce', { nonce: undefined }, 90014],
    ['in a query', { response_mode: 'query' }, 70007],
  ])('are refused %s', async (_what, parameters, code) => {
    const url = authorizeUrl(emulator, { parameters: { response_type: 'id_token', ...parameters } })
    const { location = '' } = await browser().step(url)
    expect(location).toContain(`#error=invalid_request&error_description=AADSTS${code}`)
  })

  it('say that there are groups, when there are more than five', async () => {
    app(webApp).groupMembershipClaims = 'SecurityGroup'
    const { page: end } = await authorize(emulator, { parameters: { response_type: 'id_token' } })
    const claims = claimsOf(fragmentOf(end.url).get('id_token'))
    expect(claims).toMatchObject({ hasgroups: true })
    expect(claims).not.toHaveProperty('groups')
    delete app(webApp).groupMembershipClaims
  })
})

describe('a page that redeems its own code', () => {
  const redeemAt = (code: string | null, verifier: string, headers: Record<string, string>) =>
    postToken(
      emulator,
      {
        grant_type: 'authorization_code',
        client_id: webApp,
        redirect_uri: page,
        code: code ?? '',
        code_verifier: verifier,
        scope: 'openid offline_access',
      },
      { headers },
    )

  it('needs PKCE, an Origin and no secret, and its refresh token ends after a day', async () => {
    const without = await browser().step(
      authorizeUrl(emulator, { parameters: { redirect_uri: page } }),
    )
    expect(without.location).toContain('AADSTS9002325')
    const { verifier, challenge } = pkce()
    const { answer } = await authorize(emulator, {
      parameters: {
        redirect_uri: page,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      },
    })
    const origin = 'http://localhost:4999'
    const server = await redeemAt(answer.get('code'), verifier, {})
    expect(server.body['error_codes']).toEqual([7000218])
    const done = await redeemAt(answer.get('code'), verifier, { origin })
    expect(done.body).toMatchObject({ refresh_token_expires_in: 86_400 })
    expect(done.headers.get('access-control-allow-origin')).toBe('*')
  })

  it('cannot redeem the code of a server', async () => {
    const { answer } = await authorize(emulator)
    const stolen = await postToken(
      emulator,
      {
        grant_type: 'authorization_code',
        client_id: webApp,
        redirect_uri: callback,
        code: answer.get('code') ?? '',
        scope: 'openid',
      },
      { headers: { origin: 'http://localhost:4999' } },
    )
    expect(stolen.body['error_codes']).toEqual([9002326])
  })
})

describe('memberships and optional claims', () => {
  const token = (appId = tasksApi) => emulator.mintToken({ resource: appId, user: ada })

  it.each([
    ['SecurityGroup', { groups }, ['wids']],
    ['DirectoryRole', { wids: ['role-template'] }, ['groups']],
    ['All', { groups, wids: ['role-template'] }, []],
    ['None', {}, ['groups', 'wids']],
  ] as const)('follow groupMembershipClaims %s', async (choice, expected, absent) => {
    app(tasksApi).groupMembershipClaims = choice
    const claims = claimsOf(await token())
    expect(claims).toMatchObject(expected)
    for (const name of absent) expect(claims).not.toHaveProperty(name)
  })

  it('put groups into roles, where app roles then vanish', async () => {
    app(tasksApi).optionalClaims = { accessToken: ['groups(emit_as_roles)'] }
    const claims = claimsOf(
      await emulator.mintToken({ resource: tasksApi, user: ada, roles: ['Tasks.Admin'] }),
    )
    expect(claims).toMatchObject({ roles: groups })
    expect(claims).not.toHaveProperty('groups')
  })

  it('give a v1.0 token the GUID as audience, a country and a mail address on request', async () => {
    app(legacyApi).optionalClaims = {
      accessToken: ['aud(use_guid)', 'ctry', 'verified_primary_email', 'tenant_region_scope'],
    }
    expect(claimsOf(await token(legacyApi))).toMatchObject({
      aud: legacyApi,
      ctry: 'SE',
      verified_primary_email: ['ada@contoso.example'],
      tenant_region_scope: 'EU',
    })
  })
})

describe('an application that takes assignment', () => {
  it('shows who is not assigned a page, never a loop, and lets who is assigned in', async () => {
    app(webApp).appRoleAssignmentRequired = true
    const agent = browser()
    const { page: shown } = await authorize(emulator, { agent })
    expect(shown.html).toContain('AADSTS50105')
    const silent = await agent.get(authorizeUrl(emulator, { parameters: { prompt: 'none' } }))
    expect(new URL(silent.url).searchParams.get('error')).toBe('interaction_required')
    const user = emulator.directory.tenants[0]?.users.find(({ id }) => id === ada)
    Object.assign(user ?? {}, { appRoles: { [webApp]: [] } })
    const { answer } = await authorize(emulator)
    expect(answer.has('code')).toBe(true)
    delete app(webApp).appRoleAssignmentRequired
  })

  it('gives a client without a role no token', async () => {
    app(legacyApi).appRoleAssignmentRequired = true
    const refused = await postToken(emulator, {
      grant_type: 'client_credentials',
      client_id: daemon,
      client_secret: daemonSecret,
      scope: `api://${legacyApi}/.default`,
    })
    expect(refused.body['error_codes']).toEqual([501051])
  })
})

it('sends users to an administrator where the organization lets nobody consent', async () => {
  const tenant = emulator.directory.tenants.find(({ id }) => id === contoso)
  Object.assign(tenant ?? {}, { userConsent: 'forbidden' })
  emulator.grants.clear()
  const { page: shown } = await authorize(emulator, { scope: 'openid User.Read' })
  expect(shown.html).toContain('Need admin approval')
  expect(linesOf(shown.html)).toContain('Sign you in and read your profile')
  const admin = await authorize(emulator, {
    scope: 'openid User.Read',
    user: 'grace@contoso.example',
    organization: true,
  })
  expect(admin.answer.has('code')).toBe(true)
  expect((await authorize(emulator, { scope: 'openid User.Read' })).answer.has('code')).toBe(true)
})
