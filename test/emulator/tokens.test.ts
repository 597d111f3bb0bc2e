import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Emulator } from '../../src/emulator/index.js'
import {
  ada,
  adaAtFabrikam,
  authorize,
  claimsOf,
  contoso,
  daemon,
  daemonSecret,
  fabrikam,
  getJson,
  graph,
  headerOf,
  legacyApi,
  personal,
  postToken,
  redeem,
  start,
  stopAll,
  tasksApi,
  webApp,
} from './contoso.js'

// facts/entra.md section 13 counts from this moment: iat and nbf are 1790000000.
const issueTime = 1_790_000_300_000

let emulator: Emulator
beforeAll(async () => {
  emulator = await start(undefined, { now: () => issueTime })
})
afterAll(stopAll)

const guid = expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
const subject = expect.stringMatching(/^[\w-]{43}$/)
const opaque = expect.any(String)

describe('access tokens', () => {
  it('have the documented v2.0 delegated shape (13.1)', async () => {
    const token = await emulator.mintToken({
      resource: tasksApi,
      user: ada,
      scopes: ['access_as_user', 'files.read'],
      expiresIn: 4_200,
      claims: { acrs: ['c1'], xms_cc: ['cp1'] },
    })
    expect(headerOf(token)).toEqual({ typ: 'JWT', alg: 'RS256', kid: emulator.keys.current().kid })
    expect(claimsOf(token)).toEqual({
      aud: tasksApi,
      iss: `${emulator.origin}/${contoso}/v2.0`,
      iat: 1790000000,
      nbf: 1790000000,
      exp: 1790004500,
      acrs: ['c1'],
      aio: opaque,
      azp: webApp,
      azpacr: '1',
      idtyp: 'user',
      name: 'Ada Example',
      oid: ada,
      preferred_username: 'ada@contoso.example',
      rh: expect.stringMatching(/^1\./),
      scp: 'access_as_user files.read',
      sid: guid,
      sub: subject,
      tid: contoso,
      uti: expect.stringMatching(/^[\w-]{22}$/),
      ver: '2.0',
      xms_cc: ['cp1'],
    })
  })

  it('have the documented v1.0 delegated shape (13.2)', async () => {
    const token = await emulator.mintToken({
      resource: tasksApi,
      version: 1,
      user: ada,
      scopes: ['access_as_user'],
      expiresIn: 4_200,
      claims: { idtyp: undefined },
    })
    const { kid } = emulator.keys.current()
    expect(headerOf(token)).toEqual({ typ: 'JWT', alg: 'RS256', kid, x5t: kid })
    expect(claimsOf(token)).toEqual({
      aud: `api://${tasksApi}`,
      iss: `https://sts.windows.net/${contoso}/`,
      iat: 1790000000,
      nbf: 1790000000,
      exp: 1790004500,
      acr: '1',
      aio: opaque,
      amr: ['pwd', 'mfa'],
      appid: webApp,
      appidacr: '1',
      family_name: 'Example',
      given_name: 'Ada',
      ipaddr: '203.0.113.7',
      name: 'Ada Example',
      oid: ada,
      rh: opaque,
      scp: 'access_as_user',
      sid: guid,
      sub: subject,
      tid: contoso,
      unique_name: 'ada@contoso.example',
      upn: 'ada@contoso.example',
      uti: opaque,
      ver: '1.0',
    })
  })

  it('have the documented v2.0 app-only shape (13.3)', async () => {
    const { status, body } = await postToken(emulator, {
      grant_type: 'client_credentials',
      client_id: daemon,
      client_secret: daemonSecret,
      scope: `api://${tasksApi}/.default`,
    })
    expect(status).toBe(200)
    expect(body).toEqual({
      token_type: 'Bearer',
      expires_in: 3599,
      ext_expires_in: 3599,
      access_token: expect.any(String),
    })
    expect(claimsOf(body.access_token)).toEqual({
      aud: tasksApi,
      iss: `${emulator.origin}/${contoso}/v2.0`,
      iat: 1790000000,
      nbf: 1790000000,
      exp: 1790003900,
      aio: opaque,
      azp: daemon,
      azpacr: '1',
      idtyp: 'app',
      oid: 'e4a1b7c3-58d2-4690-9f0e-3b6c8d2a7f15',
      rh: opaque,
      roles: ['Tasks.Read.All'],
      sub: 'e4a1b7c3-58d2-4690-9f0e-3b6c8d2a7f15',
      tid: contoso,
      uti: opaque,
      ver: '2.0',
    })
  })

  it('are issued without roles to a client that was granted none', async () => {
    const { body } = await postToken(emulator, {
      grant_type: 'client_credentials',
      client_id: daemon,
      client_secret: daemonSecret,
      scope: `${legacyApi}/.default`,
    })
    const claims = claimsOf(body.access_token)
    expect(claims).not.toHaveProperty('roles')
    expect(claims).toMatchObject({ ver: '1.0', appid: daemon, aud: legacyApi })
    expect(claims).not.toHaveProperty('idtyp')
  })

  it('keep a trailing slash of the resource in the audience of v1.0 (double slash)', async () => {
    const { body } = await postToken(emulator, {
      grant_type: 'client_credentials',
      client_id: daemon,
      client_secret: daemonSecret,
      scope: `api://${legacyApi}//.default`,
    })
    expect(claimsOf(body.access_token).aud).toBe(`api://${legacyApi}/`)
  })

  it('have another subject for each API and another object id for a guest', async () => {
    const [tasks, legacy, guest] = await Promise.all([
      emulator.mintToken({ resource: tasksApi, user: ada }),
      emulator.mintToken({ resource: legacyApi, user: ada }),
      emulator.mintToken({ resource: tasksApi, user: adaAtFabrikam }),
    ])
    const subjects = [tasks, legacy, guest].map((token) => claimsOf(token).sub)
    expect(new Set(subjects).size).toBe(3)
    expect(claimsOf(guest)).toMatchObject({
      iss: `${emulator.origin}/${fabrikam}/v2.0`,
      idp: `https://sts.windows.net/${contoso}/`,
      oid: adaAtFabrikam,
      tid: fabrikam,
    })
  })

  it('verify against the published keys', async () => {
    const token = await emulator.mintToken({ resource: tasksApi, user: ada })
    const { body } = await getJson(`${emulator.authority}/discovery/v2.0/keys`)
    const keySet = createLocalJWKSet(body as unknown as JSONWebKeySet) // verification is the check
    const options = { currentDate: new Date(issueTime), audience: tasksApi }
    await expect(jwtVerify(token, keySet, options)).resolves.toBeDefined()
  })

  it('for Microsoft Graph carry a nonce and verify for nobody but Graph', async () => {
    const token = await emulator.mintToken({ resource: graph, user: ada, scopes: ['User.Read'] })
    expect(headerOf(token)).toHaveProperty('nonce')
    const { body } = await getJson(`${emulator.authority}/discovery/v2.0/keys`)
    const keySet = createLocalJWKSet(body as unknown as JSONWebKeySet) // verification is the check
    const options = { currentDate: new Date(issueTime) }
    await expect(jwtVerify(token, keySet, options)).rejects.toMatchObject({
      code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    })
    const me = await fetch(`${emulator.graphOrigin}/v1.0/me`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(me.status).toBe(200)
  })

  it('can be forged at will for tests, signed by a real key', async () => {
    const token = await emulator.sign(
      { aud: 'x' },
      { family: 'personal', header: { alg: 'HS256' } },
    )
    expect(headerOf(token)).toMatchObject({
      alg: 'HS256',
      kid: emulator.keys.current('personal').kid,
    })
    expect(claimsOf(token)).toEqual({ aud: 'x' })
  })
})

describe('ID tokens', () => {
  const scope = 'openid profile email'

  it('have the documented shape for a member (13.4, without c_hash)', async () => {
    const { answer } = await authorize(emulator, { scope: 'openid profile' })
    const { body } = await redeem(emulator, answer.get('code'))
    expect(claimsOf(body.id_token)).toEqual({
      aud: webApp,
      iss: `${emulator.origin}/${contoso}/v2.0`,
      iat: 1790000000,
      nbf: 1790000000,
      exp: 1790003900,
      aio: opaque,
      login_hint: expect.stringMatching(/^O\./),
      name: 'Ada Example',
      nonce: 'n-7f3c2b1a',
      oid: ada,
      preferred_username: 'ada@contoso.example',
      rh: opaque,
      sid: answer.get('session_state'),
      sub: subject,
      tid: contoso,
      uti: opaque,
      ver: '2.0',
    })
  })

  it('name the home tenant of a guest and carry the e-mail address unasked (13.5)', async () => {
    const { answer } = await authorize(emulator, { tenant: fabrikam, scope: 'openid profile' })
    const { body } = await redeem(emulator, answer.get('code'), { tenant: fabrikam })
    expect(claimsOf(body.id_token)).toMatchObject({
      iss: `${emulator.origin}/${fabrikam}/v2.0`,
      acct: 1,
      email: 'ada@contoso.example',
      idp: `https://sts.windows.net/${contoso}/`,
      oid: adaAtFabrikam,
      preferred_username: 'ada@contoso.example',
      tid: fabrikam,
    })
  })

  it('of personal accounts are signed by the personal key (13.6)', async () => {
    const user = 'max@outlook.example'
    const { answer } = await authorize(emulator, { tenant: 'common', user, scope })
    const { body } = await redeem(emulator, answer.get('code'), { tenant: 'common' })
    expect(headerOf(body.id_token).kid).toBe(emulator.keys.current('personal').kid)
    expect(claimsOf(body.id_token)).toEqual(
      expect.objectContaining({
        aud: webApp,
        iss: `${emulator.origin}/${personal}/v2.0`,
        iat: 1790000000,
        nbf: 1790000000,
        exp: 1790086700,
        name: 'Max Personal',
        oid: '00000000-0000-0000-5c1e-8a9b7d6f4e21',
        preferred_username: user,
        email: user,
        tid: personal,
        ver: '2.0',
      }),
    )
    expect(String(body.access_token)).toMatch(/^EwB/)
  })

  it('have no e-mail address where the user has none, even with the scope', async () => {
    const { answer } = await authorize(emulator, { user: 'ben@contoso.example', scope })
    const { body } = await redeem(emulator, answer.get('code'))
    expect(claimsOf(body.id_token)).not.toHaveProperty('email')
  })

  it('have neither name nor object id without the profile scope', async () => {
    const { answer } = await authorize(emulator, { scope: 'openid' })
    const { body } = await redeem(emulator, answer.get('code'))
    const claims = claimsOf(body.id_token)
    expect(claims).toMatchObject({ tid: contoso })
    for (const name of ['name', 'oid', 'preferred_username'])
      expect(claims).not.toHaveProperty(name)
  })
})

describe('claims requests', () => {
  const scope = `api://${tasksApi}/access_as_user`
  const claims = JSON.stringify({
    access_token: { xms_cc: { values: ['cp1'] }, acrs: { essential: true, value: 'c1' } },
  })

  it('bring xms_cc and acrs into the token of an API that opted in', async () => {
    const { answer } = await authorize(emulator, { scope })
    const { body } = await redeem(emulator, answer.get('code'), { claims })
    expect(claimsOf(body.access_token)).toMatchObject({ xms_cc: ['cp1'], acrs: ['c1'] })
  })

  it('at sign-in bring acrs into the tokens that follow', async () => {
    const parameters = { claims: JSON.stringify({ access_token: { acrs: { values: ['c2'] } } }) }
    const { answer } = await authorize(emulator, { scope, parameters })
    const { body } = await redeem(emulator, answer.get('code'))
    expect(claimsOf(body.access_token)).toMatchObject({ acrs: ['c2'] })
  })

  it('without them the token has neither', async () => {
    const { answer } = await authorize(emulator, { scope })
    const { body } = await redeem(emulator, answer.get('code'))
    expect(claimsOf(body.access_token)).not.toHaveProperty('xms_cc')
    expect(claimsOf(body.access_token)).not.toHaveProperty('acrs')
  })
})
