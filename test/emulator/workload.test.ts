import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { contosoDirectory, type Emulator, type ManagedIdentity } from '../../src/emulator/index.js'
import {
  ada,
  claimsOf,
  contoso,
  daemon,
  fabrikam,
  postToken,
  start,
  stopAll,
  tasksApi,
  type Answer,
} from './contoso.js'

const subject = 'system:serviceaccount:default:daemon'
const audience = 'api://AzureADTokenExchange'
const identity: ManagedIdentity = {
  clientId: '2b6c1d0e-5f4a-4b39-8c7d-e1f20a3b4c5d',
  principalId: '90f1e2d3-c4b5-4a69-8778-695a4b3c2d1e',
  tenantId: contoso,
  type: 'UserAssigned',
}
const second: ManagedIdentity = {
  ...identity,
  clientId: '11111111-2222-4333-8444-555555555555',
  principalId: '66666666-7777-4888-8999-aaaaaaaaaaaa',
}

let emulator: Emulator
beforeAll(async () => {
  emulator = await start(contosoDirectory())
  const client = emulator.directory.applications.find(({ appId }) => appId === daemon)
  if (client === undefined) throw new Error('The directory has no daemon.')
  client.federatedCredentials = [
    { name: 'cluster', issuer: emulator.workload.issuer, subject, audience },
    {
      name: 'machine',
      issuer: `${emulator.authority}/v2.0`,
      subject: identity.principalId,
      audience,
    },
    {
      name: 'abroad',
      issuer: `${emulator.origin}/${fabrikam}/v2.0`,
      subject: identity.principalId,
      audience,
    },
    { name: 'user', issuer: `${emulator.authority}/v2.0`, subject: ada, audience },
    { name: 'elsewhere', issuer: 'https://token.example', subject, audience },
  ]
})
afterAll(stopAll)
beforeEach(() => {
  emulator.directory.managedIdentities = [identity]
})

function request(clientAssertion: string): Promise<Answer> {
  return postToken(emulator, {
    grant_type: 'client_credentials',
    client_id: daemon,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: clientAssertion,
    scope: `api://${tasksApi}/.default`,
  })
}

describe('the issuer of workload tokens', () => {
  it('publishes what a verifier needs', async () => {
    const { issuer } = emulator.workload
    const response = await fetch(`${issuer}/.well-known/openid-configuration`)
    const document = (await response.json()) as { issuer: string; jwks_uri: string } // looked at below
    expect(document.issuer).toBe(issuer)
    const keys = createRemoteJWKSet(new URL(document.jwks_uri))
    const { payload } = await jwtVerify(await emulator.workload.mint({ subject }), keys, {
      issuer,
      audience,
      subject,
    })
    expect(payload.aud).toEqual([audience])
  })
})

describe('a federated credential', () => {
  it('stands in for a certificate', async () => {
    const { status, body } = await request(await emulator.workload.mint({ subject }))
    expect(status).toBe(200)
    expect(claimsOf(body.access_token)).toMatchObject({ azp: daemon, azpacr: '2' })
  })

  const past = Math.floor(Date.now() / 1000) - 3_600

  it.each<[string, () => Promise<string>, number]>([
    ['subject in other letters', () => mint({ sub: subject.toUpperCase() }), 700213],
    ['another subject', () => mint({ sub: 'system:serviceaccount:default:other' }), 700213],
    ['audience in other letters', () => mint({ aud: audience.toLowerCase() }), 700212],
    ['several audiences', () => mint({ aud: [audience, 'other'] }), 700212],
    ['an issuer with a slash', () => mint({ iss: `${emulator.workload.issuer}/` }), 700211],
    ['an issuer nobody registered', () => mint({ iss: 'https://other.example' }), 700211],
    ['an issuer whose keys are not known', () => mint({ iss: 'https://token.example' }), 50012],
    ['a time that is over', () => mint({ exp: past }), 700024],
    ['a time that has not come', () => mint({ nbf: past + 7_200 }), 700024],
    ['no time', () => mint({ exp: undefined }), 50012],
    [
      'the signature of another token',
      async () => {
        const [header, payload] = (await mint({})).split('.')
        return `${header}.${payload}.${(await mint({})).split('.')[2]}`
      },
      7000274,
    ],
    [
      'a key of the platform under the workload’s issuer',
      () =>
        emulator.sign({
          iss: emulator.workload.issuer,
          sub: subject,
          aud: audience,
          exp: past + 7_200,
        }),
      7000274,
    ],
    [
      'the token of a user',
      () =>
        emulator.sign({
          iss: `${emulator.authority}/v2.0`,
          sub: ada,
          aud: audience,
          scp: 'User.Read',
          exp: past + 7_200,
        }),
      700229,
    ],
  ])('with %s is refused with 401', async (_what, make, code) => {
    const { status, body } = await request(await make())
    expect({ status, error: body.error, codes: body.error_codes }).toEqual({
      status: 401,
      error: 'invalid_client',
      codes: [code],
    })
  })

  const ofMachine = (issuer = `${emulator.authority}/v2.0`) =>
    emulator.sign({
      iss: issuer,
      sub: identity.principalId,
      aud: audience,
      exp: past + 7_200,
    })

  it('of a managed identity takes one that a user has assigned, in the tenant of the application', async () => {
    expect((await request(await ofMachine())).status).toBe(200)
    emulator.directory.managedIdentities = [{ ...identity, type: 'SystemAssigned' }]
    expect((await request(await ofMachine())).body.error_codes).toEqual([700226])
    emulator.directory.managedIdentities = []
    expect((await request(await ofMachine())).body.error_codes).toEqual([700226])
  })

  it('of a managed identity in another tenant is refused', async () => {
    const abroad = `${emulator.origin}/${fabrikam}/v2.0`
    emulator.directory.managedIdentities = [{ ...identity, tenantId: fabrikam }]
    expect((await request(await ofMachine(abroad))).body.error_codes).toEqual([700236])
  })

  function mint(claims: Record<string, unknown>): Promise<string> {
    return emulator.workload.mint({ subject, claims })
  }
})

describe('the machine', () => {
  const imds = (query: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(
      `${emulator.listening}/metadata/identity/oauth2/token?${new URLSearchParams({ 'api-version': '2018-02-01', ...query }).toString()}`,
      { headers: { Metadata: 'true', ...headers } },
    )
  const bodyOf = async (response: Response) => (await response.json()) as Record<string, unknown> // JSON objects

  it('answers as the Instance Metadata Service does: every number a string', async () => {
    const body = await bodyOf(await imds({ resource: `api://${tasksApi}` }))
    expect(Object.keys(body)).toEqual([
      'access_token',
      'client_id',
      'refresh_token',
      'expires_in',
      'expires_on',
      'not_before',
      'resource',
      'token_type',
    ])
    expect(body).toMatchObject({
      client_id: identity.clientId,
      refresh_token: '',
      expires_in: '86400',
      expires_on: expect.stringMatching(/^\d{10}$/),
      not_before: expect.stringMatching(/^\d{10}$/),
      resource: `api://${tasksApi}`,
      token_type: 'Bearer',
    })
    expect(claimsOf(body.access_token)).toMatchObject({
      azp: identity.clientId,
      azpacr: '2',
      oid: identity.principalId,
      sub: identity.principalId,
      idtyp: 'app',
    })
  })

  it('answers as App Service does', async () => {
    const { IDENTITY_ENDPOINT: url = '', IDENTITY_HEADER: header = '' } =
      emulator.workload.appService
    const query = new URLSearchParams({
      'api-version': '2019-08-01',
      resource: `api://${tasksApi}`,
    })
    const response = await fetch(`${url}?${query.toString()}`, {
      headers: { 'X-IDENTITY-HEADER': header },
    })
    expect(Object.keys(await bodyOf(response))).toEqual([
      'access_token',
      'expires_on',
      'resource',
      'token_type',
      'client_id',
    ])
    const refused = await fetch(`${url}?${query.toString()}`)
    expect(refused.status).toBe(401)
    expect(await bodyOf(refused)).toMatchObject({
      statusCode: 401,
      correlationId: expect.any(String),
    })
  })

  it.each<[string, Record<string, string>, Record<string, string>, string]>([
    ['without the header', { resource: 'r' }, { Metadata: '' }, 'Required metadata header'],
    ['through a proxy', { resource: 'r' }, { 'X-Forwarded-For': '10.0.0.1' }, 'Required metadata'],
    ['without a resource', {}, {}, "'resource' is missing"],
    ['without a version', { resource: 'r', 'api-version': '' }, {}, "'api-version' is missing"],
    ['for an identity it has not', { resource: 'r', client_id: daemon }, {}, 'Identity not found'],
    ['by an id of Azure’s resources', { resource: 'r', mi_res_id: '/a' }, {}, 'Identity not found'],
  ])('refuses a request %s', async (_what, query, headers, text) => {
    const response = await imds(query, headers)
    expect(response.status).toBe(400)
    expect(await bodyOf(response)).toMatchObject({
      error: 'invalid_request',
      error_description: expect.stringContaining(text),
    })
  })

  it('passes on what the platform says of the resource', async () => {
    const response = await imds({ resource: 'api://nobody' })
    expect(response.status).toBe(400)
    expect(await bodyOf(response)).toMatchObject({
      error: 'invalid_resource',
      error_codes: [500011],
    })
  })

  it('wants to know which of two identities is meant, unless one is its own', async () => {
    emulator.directory.managedIdentities = [identity, second]
    const resource = `api://${tasksApi}`
    const ambiguous = await bodyOf(await imds({ resource }))
    expect(ambiguous.error_description).toContain('Multiple user assigned identities exist')
    const byObject = await bodyOf(await imds({ resource, object_id: second.principalId }))
    expect(byObject.client_id).toBe(second.clientId)
    emulator.directory.managedIdentities = [identity, { ...second, type: 'SystemAssigned' }]
    expect((await bodyOf(await imds({ resource }))).client_id).toBe(second.clientId)
    emulator.directory.managedIdentities = []
    expect((await imds({ resource })).status).toBe(400)
  })
})
