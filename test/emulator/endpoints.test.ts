import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, type Emulator } from '../../src/emulator/index.js'
import {
  ada,
  authorizeUrl,
  browser,
  callback,
  claimsOf,
  contoso,
  daemon,
  daemonSecret,
  fabrikam,
  getJson,
  legacyApi,
  start,
  stopAll,
  tasksApi,
  webApp,
  webAppSecret,
} from './contoso.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await start(contosoDirectory())
})
afterAll(stopAll)

async function postV1(parameters: Record<string, string>) {
  const response = await fetch(`${emulator.listening}/${contoso}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams(parameters),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

describe('the v1.0 endpoints', () => {
  it('name the API in resource, write numbers as strings and issue a v1.0 ID token', async () => {
    const url = new URL(
      authorizeUrl(emulator, { parameters: { resource: `api://${tasksApi}`, scope: undefined } }),
    )
    url.pathname = url.pathname.replace('/v2.0', '')
    const answer = await emulator.answerSignIn(url.href, { user: ada })
    const code = new URL(answer.url).searchParams.get('code') ?? ''
    const { status, body } = await postV1({
      grant_type: 'authorization_code',
      client_id: webApp,
      client_secret: webAppSecret,
      redirect_uri: callback,
      resource: `api://${tasksApi}`,
      code,
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      token_type: 'Bearer',
      resource: `api://${tasksApi}`,
      expires_in: expect.stringMatching(/^\d{4}$/),
      expires_on: expect.stringMatching(/^\d{10}$/),
      not_before: expect.stringMatching(/^\d{10}$/),
      scope: expect.stringContaining('Tasks.Read'),
      refresh_token: expect.any(String),
    })
    expect(claimsOf(body['id_token'])).toMatchObject({
      ver: '1.0',
      iss: `https://sts.windows.net/${contoso}/`,
      upn: 'ada@contoso.example',
      unique_name: 'ada@contoso.example',
    })
    expect(claimsOf(body['access_token'])).toMatchObject({ ver: '2.0', aud: tasksApi })
  })

  it('name what Conditional Access refuses interaction_required', async () => {
    const scope = `openid offline_access api://${tasksApi}/Tasks.Read`
    const refresh = async () =>
      postV1({
        grant_type: 'refresh_token',
        client_id: webApp,
        client_secret: webAppSecret,
        refresh_token: await emulator.mintToken({
          kind: 'refresh',
          client: webApp,
          user: ada,
          scope,
        }),
        resource: `api://${tasksApi}`,
      })
    emulator.conditionalAccess.requireMfa({ resource: tasksApi })
    expect((await refresh()).body).toMatchObject({
      error: 'interaction_required',
      suberror: 'basic_action',
      error_codes: [50076],
    })
    emulator.conditionalAccess.block({ resource: tasksApi })
    expect((await refresh()).body).toMatchObject({
      error: 'interaction_required',
      suberror: 'message_only',
      error_codes: [53003],
    })
    emulator.conditionalAccess.clear()
    expect((await refresh()).status).toBe(200)
  })

  it('give an app a token whose version is still the API’s own', async () => {
    const { body } = await postV1({
      grant_type: 'client_credentials',
      client_id: daemon,
      client_secret: daemonSecret,
      resource: `api://${legacyApi}`,
    })
    expect(claimsOf(body['access_token'])).toMatchObject({ ver: '1.0', aud: `api://${legacyApi}` })
  })

  it('have a sign-out of their own', async () => {
    const page = await browser().get(`${emulator.origin}/${contoso}/oauth2/logout`)
    expect(page.html).toContain('You are signed out')
  })
})

describe('what web servers do not use', () => {
  it.each(['/oauth2/v2.0/devicecode', '/oauth2/devicecode'])(
    '%s is refused in the platform’s own form',
    async (path) => {
      const response = await fetch(`${emulator.authority}${path}`, { method: 'POST' })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({
        error: 'unsupported_grant_type',
        error_codes: [70003],
      })
    },
  )
})

describe('instance discovery', () => {
  const ask = (at: Emulator, host: string) =>
    getJson(
      `${at.listening}/common/discovery/instance?api-version=1.1&authorization_endpoint=` +
        encodeURIComponent(`https://${host}/${contoso}/oauth2/v2.0/authorize`),
    )

  it('names the hosts of the cloud, and refuses those of others', async () => {
    const worldwide = await start(undefined, { publicOrigin: 'https://login.microsoftonline.com' })
    expect((await ask(worldwide, 'login.windows.net')).body).toMatchObject({
      tenant_discovery_endpoint: `https://login.microsoftonline.com/${contoso}/v2.0/.well-known/openid-configuration`,
      metadata: [
        {
          preferred_network: 'login.microsoftonline.com',
          preferred_cache: 'login.windows.net',
          aliases: expect.arrayContaining(['sts.windows.net', 'login.microsoft.com']),
        },
      ],
    })
    expect(await ask(worldwide, 'login.microsoftonline.us')).toMatchObject({
      status: 400,
      body: { error: 'invalid_instance', error_codes: [50049] },
    })
  })
})

describe('External ID', () => {
  it('has the tenant in the issuer’s host, and its own tokens are good at Graph', async () => {
    const external = await start(undefined, { publicOrigin: 'https://fabrikam.ciamlogin.com' })
    const graphToken = await external.mintToken({
      resource: '00000003-0000-0000-c000-000000000000',
      user: ada,
      scopes: ['User.Read'],
    })
    const me = await fetch(`${external.graphOrigin}/v1.0/me`, {
      headers: { authorization: `Bearer ${graphToken}` },
    })
    expect(me.status).toBe(200)
    const { body } = await getJson(
      `${external.listening}/fabrikam.onmicrosoft.com/v2.0/.well-known/openid-configuration`,
    )
    expect(body['issuer']).toBe(`https://${fabrikam}.ciamlogin.com/${fabrikam}/v2.0`)
  })
})

describe('keys', () => {
  const kids = async (at: Emulator, tenant = 'common') => {
    const { body } = await getJson(`${at.listening}/${tenant}/discovery/v2.0/keys`)
    return body['keys'] as { kid: string; cloud_instance_name?: string; issuer: string }[] // the test's own expectations follow
  }

  it('of another cloud are published with its name, and tokens they sign are refused', async () => {
    const kid = emulator.keys.publishForeign('microsoftonline.us')
    expect((await kids(emulator)).find((key) => key.kid === kid)).toMatchObject({
      cloud_instance_name: 'microsoftonline.us',
    })
    const token = await emulator.mintToken({
      resource: '00000003-0000-0000-c000-000000000000',
      user: ada,
      key: { kid },
    })
    const me = await fetch(`${emulator.graphOrigin}/v1.0/me`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(me.status).toBe(401)
  })

  it('of personal accounts are rotated by themselves', async () => {
    const other = await start()
    const organization = other.keys.current().kid
    const kid = other.keys.rotate('personal')
    expect(other.keys.current().kid).toBe(organization)
    expect((await kids(other, 'consumers')).map((key) => key.kid)).toContain(kid)
  })
})
