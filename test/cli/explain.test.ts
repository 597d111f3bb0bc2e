import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator, type MintRequest } from 'entrada/emulator'
import { ids } from '../support/ids.js'
import { cli, type CliWorld } from './cli.js'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory())
})
afterAll(() => emulator.stop())

const user = { resource: ids.api, client: ids.web, user: ids.ada }
const guard = () => ({
  AZURE_AUTHORITY_HOST: emulator.origin,
  AZURE_TENANT_ID: ids.contoso,
  AZURE_CLIENT_ID: ids.api,
})

async function explain(token: string, args: readonly string[] = [], world: CliWorld = {}) {
  const result = await cli(['explain', '-', ...args], { input: token, ...world })
  expect(result.printed + result.told).not.toContain(token.slice(-40))
  return result
}

describe('entrada explain', () => {
  it.each([
    [['--scopes', ''], '--scopes is empty'],
    [['--tenants', ' '], '--tenants is empty'],
    [['--acl-clients', ''], 'is empty'],
    [['--acl-clients', 'x'], 'allowClientsWithoutPermissions'],
    [['--clock-tolerance', ''], '--clock-tolerance is ""'],
    [['--clock-tolerance', '-1'], '--clock-tolerance'],
    [['--clock-tolerance', '601'], 'clockTolerance is 601'],
    [['--policy', 'B2C_1_susi'], 'policy was given'],
    [['--scopes', '.default'], 'user.scopes'],
    [['--scopes', 'https://graph.microsoft.com/User.Read'], 'user.scopes'],
    [['--scopes', 'A', '--any-scope', 'B'], 'anyScope'],
  ])('ends with 2 for %j, of which no guard is made', async (args, words) => {
    const token = await emulator.mintToken({ ...user, scopes: ['Tasks.Read'] })
    const { code, told } = await explain(token, args, { environment: guard() })
    expect([code, told]).toEqual([2, expect.stringContaining(words)])
    expect(told).not.toContain('    at ')
  })

  it('says what a delegated token is, in words', async () => {
    const token = await emulator.mintToken({ ...user, scopes: ['Tasks.Read', 'access_as_user'] })
    const { printed, code } = await explain(token)
    expect(printed).toContain('Delegated access token\n')
    expect(printed).toMatch(/audience +"1c8b5a3e-[^"]+", a client ID\n/)
    expect(printed).toMatch(/client +"5e7f2d91-[^"]+", proven by a secret\n/)
    expect(printed).toMatch(/user +"ada@contoso\.example", object "3f0b6a52-/)
    expect(printed).toMatch(/expires +\S+Z, in [\d a-z]+\n/)
    expect(printed).toMatch(/scopes +Tasks\.Read: read tasks of the user\n/)
    expect(printed).toMatch(/ access_as_user: call this API as the user\n/)
    expect(printed).toContain('idtyp "user": says outright whether it is a user or an app')
    expect(printed).toContain('No guard was asked')
    expect(code).toBe(0)
  })

  it.each<[string, Partial<MintRequest>, string]>([
    [
      'an app-only token',
      { user: undefined as never, client: ids.daemon, roles: ['Tasks.Read.All'] },
      'app-only',
    ],
    ['an ID token', { claims: { nonce: 'n', scp: undefined } }, 'id-token'],
    [
      'an ID token without marks',
      { claims: { scp: undefined, azp: undefined, idtyp: undefined } },
      'id-token',
    ],
    [
      'an ID token without marks and with roles',
      { claims: { scp: undefined, azp: undefined, idtyp: undefined, roles: ['Tasks.Admin'] } },
      'id-token',
    ],
    ['a token without scopes that names a client', { claims: { scp: undefined } }, 'unclear'],
    ["Graph's own token", { claims: { aud: 'https://graph.microsoft.com' } }, 'graph-delegated'],
    ["Graph's token by its header", { header: { nonce: 'n' } }, 'graph-delegated'],
    ['a token of a kind nobody takes', { claims: { idtyp: 'device' } }, 'unclear'],
  ])('knows %s', async (_title, changes, kind) => {
    const token = await emulator.mintToken({ ...user, scopes: ['Tasks.Read'], ...changes })
    expect(JSON.parse((await explain(token, ['--json'])).printed)).toMatchObject({ kind })
  })

  it.each([
    ['an opaque token', 'EwAoA8l6BAAUopaque0000000000000000000000000000000000', 'opaque'],
    [
      'an encrypted token',
      `${Buffer.from('{"alg":"RSA-OAEP"}').toString('base64url')}.a.b.c.${'d'.repeat(50)}`,
      'encrypted',
    ],
  ])('knows %s', async (_title, token, kind) => {
    expect(JSON.parse((await explain(token, ['--json'])).printed)).toMatchObject({ kind })
  })

  it('takes a token as it stands in a request', async () => {
    const token = await emulator.mintToken({ ...user, scopes: ['Tasks.Read'] })
    const { printed } = await explain(`Authorization: Bearer ${token}\n`, ['--json'])
    expect(JSON.parse(printed)).toMatchObject({
      kind: 'delegated',
      says: { tenantId: ids.contoso, clientId: ids.web, scopes: ['Tasks.Read'], version: '2.0' },
    })
  })

  it.each([
    ['"TOKEN"', '400 ERR_ENTRA_REQUEST_INVALID', 'header-syntax'],
    ["Bearer 'TOKEN'", '400 ERR_ENTRA_REQUEST_INVALID', 'header-syntax'],
    ['authorization: Bearer "TOKEN"', '400 ERR_ENTRA_REQUEST_INVALID', 'header-syntax'],
    ['Authorization: "Bearer TOKEN"', '401 ERR_ENTRA_TOKEN_MISSING', 'other-scheme'],
    ['Authorization: TOKEN', '401 ERR_ENTRA_TOKEN_MISSING', 'other-scheme'],
  ])('reads %s, and says what the guard says to it', async (written, answer, reason) => {
    const token = await emulator.mintToken({ ...user, scopes: ['Tasks.Read'] })
    const { printed, code } = await explain(written.replace('TOKEN', token), [], {
      environment: guard(),
    })
    expect(printed).toContain('Delegated access token\n')
    expect(printed.includes('It stands in quotes')).toBe(/["']/.test(written))
    expect(printed).toContain(`would refuse it: ${answer}\n`)
    expect(printed).toMatch(new RegExp(`reason +${reason}\\n`))
    expect(code).toBe(1)
  })

  it('prints nothing of a claim that could steer a terminal', async () => {
    const claims = { preferred_username: '\u001b[31mred\u0007', scp: 'a\u001bb' }
    const { printed } = await explain(await emulator.mintToken({ ...user, claims }))
    const steering = Array.from(printed).filter((letter) => letter < ' ' && letter !== '\n')
    expect(steering).toEqual([])
  })

  it('reminds of the history of the shell when a token is typed', async () => {
    const token = await emulator.mintToken(user)
    const { told, printed } = await cli(['explain', token])
    expect(told).toContain('npx entrada explain - reads it from standard input')
    expect(told + printed).not.toContain(token)
  })
})

describe('entrada explain with a guard', () => {
  it.each<[string, Partial<MintRequest>, string[], string]>([
    ['audience', { claims: { aud: 'api://other' } }, [], 'api://1c8b5a3e'],
    [
      'audience',
      { claims: { aud: '00000003-0000-0000-c000-000000000000' } },
      [],
      'Microsoft Graph, which nobody else',
    ],
    ['issuer', { claims: { iss: 'https://sts.windows.net/x/' } }, [], 'authorityHost'],
    ['expired', { expiresIn: -4000 }, [], 'Get a new token'],
    ['id-token', { claims: { nonce: 'n' } }, [], 'access_token'],
    [
      'id-token',
      { claims: { scp: undefined, azp: undefined, idtyp: undefined, roles: ['Tasks.Admin'] } },
      [],
      'access_token',
    ],
    ['no-permissions', { claims: { scp: undefined, roles: undefined, idtyp: 'app' } }, [], 'role'],
    [
      'scope-missing',
      { scopes: ['Tasks.Read'] },
      ['--scopes', 'Tasks.Read Tasks.Write'],
      'Tasks.Write',
    ],
    [
      'scope-missing',
      { scopes: ['Tasks.Read'] },
      ['--any-scope', 'Tasks.Write,Tasks.All'],
      'Tasks.Write',
    ],
    [
      'user-role-missing',
      { scopes: ['Tasks.Read'] },
      ['--user-roles', 'Tasks.Admin'],
      'Assign the user',
    ],
    ['user-refused', { scopes: ['Tasks.Read'] }, ['--app-roles', 'Tasks.Read.All'], ''],
  ])('says why it would be refused: %s', async (reason, changes, args, cure) => {
    const token = await emulator.mintToken({ ...user, scopes: ['Tasks.Read'], ...changes })
    const { printed, code } = await explain(token, args, { environment: guard() })
    expect(printed).toMatch(new RegExp(`reason +${reason}\\n`))
    expect(printed).toContain(cure)
    expect(printed).toContain('WWW-Authenticate: Bearer error=')
    expect(code).toBe(1)
  })

  it.each<[string, Partial<MintRequest>, string[]]>([
    ['clock-tolerance', { expiresIn: -400 }, ['--clock-tolerance', '600']],
    [
      'acl-clients',
      { user: undefined as never, client: ids.daemon, claims: { roles: undefined } },
      ['--acl-clients', ids.daemon],
    ],
    ['tenants', { tenant: ids.fabrikam }, ['--tenants', `${ids.contoso} ${ids.fabrikam}`]],
  ])('lets in by --%s as an app that sets it', async (_flag, changes, args) => {
    const environment = { ...guard(), AZURE_TENANT_ID: 'common', ENTRADA_TENANTS: ids.contoso }
    const token = await emulator.mintToken({ ...user, scopes: ['Tasks.Read'], ...changes })
    expect((await explain(token, [], { environment })).code).toBe(1)
    expect(await explain(token, args, { environment })).toMatchObject({
      code: 0,
      printed: expect.stringContaining('would let it in'),
    })
  })

  it('takes a policy of Azure AD B2C', async () => {
    const origin = 'https://contoso.b2clogin.com'
    const iss = `${origin}/${ids.contoso}/v2.0/`
    const token = await emulator.mintToken({ ...user, scopes: ['Tasks.Read'], claims: { iss } })
    const args = ['--authority-host', origin]
    const world = { environment: guard() }
    expect(await explain(token, args, world)).toMatchObject({ code: 2 })
    expect(await explain(token, [...args, '--policy', 'B2C_1_susi'], world)).toMatchObject({
      code: 0,
      printed: expect.stringContaining('would let it in'),
    })
  })

  it('asks for keys of the registration with --custom-signing-keys', async () => {
    const token = await emulator.mintToken({ ...user, scopes: ['Tasks.Read'] })
    const asked: string[] = []
    const environment = guard()
    const seeing: typeof fetch = (input, init) => {
      asked.push(new Request(input, init).url)
      return fetch(input, init)
    }
    const world = { environment, fetch: seeing }
    await explain(token, ['--verify'], world)
    expect(asked.join(' ')).not.toContain('appid=')
    await explain(token, ['--verify', '--custom-signing-keys'], world)
    expect(asked.join(' ')).toContain(`appid=${ids.api}`)
  })

  it('needs neither network nor credential, and says that the signature was left out', async () => {
    const token = await emulator.mintToken({ ...user, scopes: ['Tasks.Read'] })
    const environment = { ...guard(), AZURE_CLIENT_CERTIFICATE_PATH: '/gone.pem' }
    const nobody = { environment, fetch: () => Promise.reject(new Error('nobody is asked')) }
    const { printed, code } = await explain(token, ['--scopes', 'Tasks.Read'], nobody)
    expect(printed).toContain('would let it in, if its signature holds')
    expect(code).toBe(0)
  })

  it('judges the signature with --verify', async () => {
    const good = await emulator.mintToken({ ...user, scopes: ['Tasks.Read'] })
    const forged = `${good.slice(0, good.lastIndexOf('.'))}.${'A'.repeat(342)}`
    const world = { environment: guard() }
    expect(await explain(good, ['--verify'], world)).toMatchObject({ code: 0 })
    expect(await explain(forged, [], world)).toMatchObject({ code: 0 })
    const { printed, code } = await explain(forged, ['--verify'], world)
    expect(printed).toMatch(/reason +signature\n/)
    expect(code).toBe(1)
  })

  it('says with --verify that the authority cannot be reached, which is no verdict on the token', async () => {
    emulator.faults.set({ endpoint: 'discovery', kind: 'reset' })
    const token = await emulator.mintToken({ ...user, scopes: ['Tasks.Read'] })
    const { printed, code } = await explain(token, ['--verify'], { environment: guard() })
    emulator.faults.clear()
    expect(printed).toContain('503 ERR_ENTRA_PLATFORM_UNAVAILABLE')
    expect(code).toBe(1)
  })

  it('takes the guard from options', async () => {
    const token = await emulator.mintToken({
      ...user,
      version: 1,
      scopes: ['Tasks.Read'],
      claims: { aud: 'api://tasks' },
    })
    const args = [
      '--tenant',
      ids.contoso,
      '--client-id',
      ids.api,
      '--authority-host',
      emulator.origin,
    ]
    expect((await explain(token, args)).printed).toMatch(/reason +audience/)
    expect(await explain(token, [...args, '--audience', 'api://tasks', '--verify'])).toMatchObject({
      code: 0,
    })
  })
})

describe('entrada explain, misunderstood', () => {
  it.each([
    ['no token', ['explain'], 'Which token?'],
    ['two tokens', ['explain', 'a', 'b'], 'Which token?'],
    ['a misspelt option', ['explain', '-', '--scope', 'a'], 'Did you mean --scopes?'],
    [
      'a guard without a client',
      ['explain', '-', '--scopes', 'a'],
      'A guard needs --tenant and --client-id',
    ],
    [
      'a client ID that is none',
      ['explain', '-', '--tenant', ids.contoso, '--client-id', 'x'],
      'clientId is "x"',
    ],
  ])('%s ends with 2', async (_title, args, words) => {
    const { code, told, printed } = await cli(args, { input: 'a token' })
    expect({ code, printed }).toEqual({ code: 2, printed: '' })
    expect(told).toContain(words)
  })

  it('an empty standard input ends with 1', async () => {
    expect(await cli(['explain', '-'], { input: ' \n' })).toMatchObject({ code: 1 })
  })
})
