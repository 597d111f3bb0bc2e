import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { format, inspect } from 'node:util'
import { SecretClient } from '@azure/keyvault-secrets'
import { isTokenCredential } from '@azure/core-auth'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { entra, type EntraOptions } from 'entrada/express'
import { asCaller } from '../support/as-caller.js'
import { appCertificate } from '../support/certificates.js'
import { adaId, contosoId, tasksApiId, webAppId } from '../support/identity-app.js'
import { tokenSourceWith } from '../support/token-source.js'

const daemonId = '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264'
const vaultAppId = 'cfa8b339-82a2-471a-a3c9-0fc0be7a4093'
const vaultDefault = 'https://vault.azure.net/.default'
const other = '2e4f6a8c-0b1d-4c3e-9f5a-7b8c9d0e1f2a'
const clock = { now: Date.now() }
let emulator: Emulator
let vault: Vault

beforeAll(async () => {
  const directory = contosoDirectory()
  directory.applications.push({
    appId: vaultAppId,
    displayName: 'Azure Key Vault',
    tenantId: contosoId,
    signInAudience: 'AzureADMultipleOrgs',
    servicePrincipals: { [contosoId]: 'b1c2d3e4-f5a6-4b7c-8d9e-0f1a2b3c4d5e' },
    identifierUris: ['https://vault.azure.net'],
    redirectUris: [],
    scopes: [
      { value: 'user_impersonation', type: 'User', displayName: 'Use vaults', description: '' },
    ],
  })
  emulator = await startEmulator(directory, { now: () => clock.now })
  emulator.grants.grantDelegated({
    tenant: contosoId,
    client: tasksApiId,
    resource: vaultAppId,
    user: adaId,
    scopes: ['user_impersonation'],
  })
  vault = await startVault()
})
afterAll(async () => {
  await emulator.stop()
  vault.stop()
})
afterEach(() => {
  emulator.clearRequests()
  Object.assign(vault, { tenant: contosoId, challenges: [] })
  vault.tokens.length = 0
})

/** What an Azure Key Vault answers: who asks without a token is told where to get one. */
interface Vault {
  readonly url: string
  readonly certificate: string
  /** Claims requests that the next calls with a token are turned away with. */
  challenges: string[]
  /** Names in its challenge. */
  tenant: string
  /** Texts of the tokens that came. */
  readonly tokens: string[]
  stop(): void
}

async function startVault(): Promise<Vault> {
  const { pem, certificate } = await appCertificate(Date.now(), 'localhost')
  const server = createServer({ key: pem, cert: pem }, (request, response) => {
    const { authorization = '' } = request.headers
    const authority = `authorization="https://login.microsoftonline.com/${running.tenant}"`
    if (!authorization.startsWith('Bearer ')) {
      const challenge = `Bearer ${authority}, resource="https://vault.azure.net"`
      response.writeHead(401, { 'www-authenticate': challenge }).end()
      return
    }
    running.tokens.push(authorization.slice('Bearer '.length))
    const claims = running.challenges.shift()
    if (claims !== undefined) {
      const challenge = `Bearer ${authority}, error="insufficient_claims", claims="${btoa(claims)}"`
      response.writeHead(401, { 'www-authenticate': challenge }).end()
      return
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ value: 'hello', id: `${running.url}/secrets/greeting/1` }))
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as AddressInfo // listening on a port
  const running: Vault = {
    url: `https://localhost:${port}`,
    certificate,
    challenges: [],
    tenant: contosoId,
    tokens: [],
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
  return running
}

const identityOf = (options: EntraOptions = {}) =>
  entra({
    tenant: contosoId,
    clientId: daemonId,
    credential: { secret: 'daemon-secret-for-the-emulator-only' },
    authorityHost: emulator.origin,
    graphEndpoint: emulator.graphOrigin,
    clock: () => clock.now,
    ...options,
  })

/** The real client of Azure Key Vault. */
const secretsWith = (credential: ConstructorParameters<typeof SecretClient>[1]) =>
  new SecretClient(vault.url, credential, {
    disableChallengeResourceVerification: true, // the vault of this test is not below vault.azure.net
    retryOptions: { maxRetries: 0 },
    ...{ tlsOptions: { ca: vault.certificate } },
  })

const tokenRequests = () => emulator.requests.filter(({ endpoint }) => endpoint === 'token')
const claimsOf = (token: string | undefined) =>
  JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >
const claimsSent = () =>
  tokenRequests().map(({ parameters }) => JSON.parse(parameters['claims'] ?? 'null') as unknown)

describe('a client of the Azure SDK', () => {
  it('reads a secret for the app itself, and asks for a token once', async () => {
    const source = identityOf().forApp()
    const client = secretsWith(source.credential())
    expect(await client.getSecret('greeting')).toMatchObject({ value: 'hello' })
    await client.getSecret('greeting')
    await secretsWith(source.credential()).getSecret('greeting')
    expect(tokenRequests()).toMatchObject([
      { status: 200, parameters: { grant_type: 'client_credentials', scope: vaultDefault } },
    ])
    expect(claimsOf(vault.tokens[0])).toMatchObject({
      aud: 'https://vault.azure.net',
      appid: daemonId,
    })
  })

  it('reads a secret on behalf of the user who called', async () => {
    const identity = identityOf({
      clientId: tasksApiId,
      credential: { secret: 'tasks-api-secret-for-the-emulator-only' },
    })
    const token = await emulator.mintToken({
      resource: tasksApiId,
      client: webAppId,
      user: adaId,
      scopes: ['access_as_user'],
    })
    await asCaller(identity, token, async (request) => {
      const client = secretsWith(identity.onBehalfOf(request).credential())
      expect(await client.getSecret('greeting')).toMatchObject({ value: 'hello' })
    })
    expect(claimsOf(vault.tokens[0])).toMatchObject({ oid: adaId, scp: 'user_impersonation' })
  })

  it("T27 answers a vault's claims challenge with another token, not with the cached one", async () => {
    const client = secretsWith(identityOf().forApp().credential())
    await client.getSecret('greeting')
    clock.now += 1_000
    const nbf = { essential: true, value: String(Math.floor(clock.now / 1000)) }
    vault.challenges = [JSON.stringify({ access_token: { nbf } })]
    expect(await client.getSecret('greeting')).toMatchObject({ value: 'hello' })
    const [first, refused, second] = vault.tokens
    expect([refused === first, second === first]).toEqual([true, false])
    const cp1 = { xms_cc: { values: ['cp1'] } }
    expect(claimsSent()).toEqual([{ access_token: cp1 }, { access_token: { ...cp1, nbf } }])
  })

  it('of a tenant that is configured by its domain is served by the GUID that the vault names', async () => {
    const identity = identityOf({ tenant: 'contoso.onmicrosoft.com' })
    const client = secretsWith(identity.forApp().credential())
    expect(await client.getSecret('greeting')).toMatchObject({ value: 'hello' })
    await secretsWith(identity.forApp().credential()).getSecret('greeting')
    expect(emulator.requests.filter(({ endpoint }) => endpoint === 'discovery')).toHaveLength(1)
  })

  it.each([contosoId, 'contoso.onmicrosoft.com'])(
    'of %s gets no token for a vault of another tenant, and is told why',
    async (tenant) => {
      vault.tenant = other
      const client = secretsWith(identityOf({ tenant }).forApp().credential())
      await expect(client.getSecret('greeting')).rejects.toMatchObject({
        code: 'ERR_ENTRA_TOKEN_REQUEST',
        message: expect.stringContaining(`"${other}"`),
      })
      expect([tokenRequests(), vault.tokens]).toEqual([[], []])
    },
  )
})

describe('credential()', () => {
  it('is a TokenCredential with its times in milliseconds', async () => {
    const { source } = tokenSourceWith()
    const credential = source.credential()
    expect(isTokenCredential(credential)).toBe(true)
    expect(await credential.getToken(vaultDefault)).toMatchObject({
      token: 'token-1',
      expiresOnTimestamp: 2000,
      refreshAfterTimestamp: 1000,
      tokenType: 'Bearer',
    })
  })

  it('R40 T30 gives text to the client library, and shows none when it is printed', async () => {
    const { source } = tokenSourceWith()
    const given = await source.credential().getToken(vaultDefault)
    const printed = [
      format('%s', given),
      inspect(given),
      inspect({ given }),
      JSON.stringify({ given }),
    ]
    expect(printed.join()).not.toContain('token-1')
    expect(inspect(source.credential())).not.toContain('token-1')
  })

  it('asks for claims that the library names, in place of what is cached', async () => {
    const { source, asked } = tokenSourceWith()
    const credential = source.credential()
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'
    expect((await credential.getToken(vaultDefault)).token).toBe('token-1')
    expect((await credential.getToken(vaultDefault, { claims })).token).toBe('token-2')
    expect(asked[1]?.demand).toMatchObject({ claims })
    expect(asked[1]?.demand?.refused.reveal()).toBe('token-1')
  })

  it('T27 gives one new token to all calls that were refused the same one, though they ask in turn', async () => {
    let now = 0
    const { source, asked } = tokenSourceWith({ calls: { clock: () => now } })
    const credential = source.credential()
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'
    await credential.getToken(vaultDefault)
    expect((await credential.getToken(vaultDefault, { claims })).token).toBe('token-2')
    expect((await credential.getToken(vaultDefault, { claims })).token).toBe('token-2')
    const later = '{"access_token":{"nbf":{"essential":true,"value":"2"}}}'
    expect((await credential.getToken(vaultDefault, { claims: later })).token).toBe('token-3')
    expect(asked.at(-1)?.demand?.refused.reveal()).toBe('token-2')
    // The same once more, and later, is about this token.
    now += 30_000
    expect((await credential.getToken(vaultDefault, { claims: later })).token).toBe('token-4')
    expect(asked.at(-1)?.demand?.refused.reveal()).toBe('token-3')
  })

  it('asks for claims even when it has given nothing yet', async () => {
    const { source, asked } = tokenSourceWith()
    const claims = '{"access_token":{}}'
    await source.credential().getToken([vaultDefault], { claims })
    expect(asked.map(({ demand }) => demand?.claims)).toEqual([undefined, claims])
  })

  it('declares cp1 for a client that answers challenges, unless the app has declared it', async () => {
    const { source, asked } = tokenSourceWith()
    await source.credential().getToken(vaultDefault, { enableCae: true })
    await source.credential().getToken(vaultDefault, { enableCae: false })
    expect(asked.map(({ capability }) => capability)).toEqual(['cp1', undefined])
    const declared = tokenSourceWith({ calls: { clientCapabilities: ['cp1'] } })
    await declared.source.credential().getToken(vaultDefault, { enableCae: true })
    expect(declared.asked.map(({ capability }) => capability)).toEqual([undefined])
  })

  it('keeps tokens with cp1 from those who have not said that they answer challenges', async () => {
    const source = identityOf().forApp()
    const scope = `api://${tasksApiId}/.default`
    await source.credential().getToken(scope, { enableCae: true })
    await source.credential().getToken(scope, { enableCae: true })
    await source.token(scope)
    await source.token(scope)
    expect(claimsSent()).toEqual([{ access_token: { xms_cc: { values: ['cp1'] } } }, null])
  })

  it.each([
    [
      'claims that are none',
      { claims: 'eyJhY2Nlc3NfdG9rZW4iOnt9fQ==' },
      /claims is no claims request/,
    ],
    ['another tenant', { tenantId: other }, /forApp\(\{ tenant \}\)/],
    ['a domain in place of the GUID', { tenantId: 'contoso.example' }, /contoso\.example/],
    ['a token bound to a key', { proofOfPossessionOptions: {} }, /bearer tokens/],
  ])('refuses %s before anything is asked', async (_title, options, message) => {
    const { source, asked } = tokenSourceWith()
    const call = source.credential().getToken(vaultDefault, options)
    await expect(call).rejects.toMatchObject({ code: 'ERR_ENTRA_TOKEN_REQUEST', status: 500 })
    await expect(call).rejects.toThrow(message)
    expect(asked).toEqual([])
  })

  it('takes the tenant that it is of in any case, and any tenant for a managed identity', async () => {
    const tenant = contosoId.toUpperCase()
    await tokenSourceWith().source.credential().getToken(vaultDefault, { tenantId: tenant })
    const machine = tokenSourceWith({ tenant: undefined })
    await machine.source.credential().getToken(vaultDefault, { tenantId: other })
    expect(machine.asked).toHaveLength(1)
  })

  it('plans scopes as token() does, before any request', async () => {
    const credential = identityOf().forApp().credential()
    await expect(credential.getToken('User.Read')).rejects.toMatchObject({ aadsts: 1002012 })
    await expect(credential.getToken([])).rejects.toMatchObject({
      code: 'ERR_ENTRA_SCOPES_INVALID',
    })
    expect(emulator.requests).toEqual([])
  })

  it('T29 stops waiting when the library does, and the request goes on for others', async () => {
    const source = identityOf().forApp()
    const controller = new AbortController()
    const cancelled = source.credential().getToken(vaultDefault, { abortSignal: controller.signal })
    const shared = source.credential().getToken(vaultDefault)
    controller.abort()
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' })
    expect((await shared).token).not.toBe('')
    expect(tokenRequests()).toHaveLength(1)
  })
})
