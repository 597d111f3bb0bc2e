import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator, type MintRequest } from 'entrada/emulator'
import { authorityOf } from '../../src/protocol/authority.js'
import type { TenantPolicy } from '../../src/protocol/tenant-policy.js'
import { createJwtVerifier } from '../../src/platform/verified-jwt.js'
import { createTokenValidator } from '../../src/validation/access-token.js'
import { ids, verdictOf } from '../support/guard.js'

const max = '00000000-0000-0000-5c1e-8a9b7d6f4e21'
const guest = 'c7d94e0a-2b58-4f16-8d3c-91a0e6b5f27d'

/** An API that knows the emulator only as the platform it is configured with. */
function apiOver(
  emulator: Emulator,
  tenant: string,
  tenants?: TenantPolicy,
  send: typeof fetch = fetch,
) {
  const clock = { ahead: 0 }
  const now = () => Date.now() + clock.ahead
  const verifier = createJwtVerifier({
    authority: authorityOf(tenant, emulator.origin),
    clock: now,
    fetch: send,
    clockToleranceSeconds: 300,
    deadline: 1_000,
  })
  const validator = createTokenValidator({
    verifier,
    clientId: ids.api,
    audiences: [],
    tenants,
    clock: now,
    cacheBytes: 1024 * 1024,
  })
  return {
    clock,
    verifier,
    callerOf: (token: string) => validator.verify(token),
    verdict: (token: string) => verdictOf(() => validator.verify(token)),
  }
}

describe('access tokens of the emulated platform', () => {
  let emulator: Emulator
  beforeAll(async () => {
    emulator = await startEmulator()
  })
  afterAll(() => emulator.stop())
  afterEach(() => {
    emulator.faults.clear()
  })

  const mint = (request: Partial<MintRequest> = {}) =>
    emulator.mintToken({ resource: ids.api, ...request })

  it.each([1, 2] as const)('speak for a user or an app, in version %d', async (version) => {
    const api = apiOver(emulator, ids.contoso)
    const delegated = await mint({
      version,
      user: ids.ada,
      client: ids.web,
      scopes: ['Tasks.Read'],
    })
    expect(await api.callerOf(delegated)).toMatchObject({
      kind: 'user',
      tenantId: ids.contoso,
      objectId: ids.ada,
      clientId: ids.web,
      scopes: ['Tasks.Read'],
      username: 'ada@contoso.example',
    })
    const appOnly = await mint({ version, client: ids.daemon, roles: ['Tasks.Read.All'] })
    expect(await api.callerOf(appOnly)).toMatchObject({
      kind: 'app',
      objectId: ids.service,
      clientId: ids.daemon,
    })
    expect(
      await api.callerOf(
        await mint({
          version,
          client: ids.daemon,
          roles: ['Tasks.Read.All'],
          claims: { idtyp: undefined },
        }),
      ),
    ).toMatchObject({ kind: 'app' })
    expect(
      await api.verdict(await mint({ version, client: ids.daemon, claims: { roles: undefined } })),
    ).toBe('401 no-permissions')
  })

  it('are held to the tenant, whether configured by GUID or by domain', async () => {
    const foreign = await mint({ user: guest, client: ids.web, scopes: ['Tasks.Read'] })
    for (const tenant of [ids.contoso, 'contoso.onmicrosoft.com', 'contoso.example']) {
      const api = apiOver(emulator, tenant)
      expect(await api.verdict(await mint({ user: ids.ada, scopes: ['Tasks.Read'] }))).toBe('200')
      expect(await api.verdict(foreign)).toBe('401 issuer')
    }
  })

  it('of several tenants, guests and personal accounts are told apart', async () => {
    const everyone = apiOver(emulator, 'common', 'any')
    expect(
      await everyone.callerOf(await mint({ user: guest, scopes: ['Tasks.Read'] })),
    ).toMatchObject({ tenantId: ids.fabrikam, objectId: guest })
    expect(
      await everyone.callerOf(await mint({ user: max, scopes: ['Tasks.Read'] })),
    ).toMatchObject({ tenantId: ids.personal, objectId: max })
    const ours = apiOver(emulator, 'organizations', [ids.contoso])
    expect(await ours.verdict(await mint({ user: ids.ada, scopes: ['Tasks.Read'] }))).toBe('200')
    expect(await ours.verdict(await mint({ user: guest, scopes: ['Tasks.Read'] }))).toBe(
      '401 tenant-not-allowed',
    )
  })

  it.each([1, 2] as const)(
    'G36 of an organization are refused when a personal-account key signed them, in version %d',
    async (version) => {
      const payloadOf = (token: string): Record<string, unknown> =>
        JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
          string,
          unknown
        > // a token's payload is an object
      const payload = payloadOf(await mint({ version, user: ids.ada, scopes: ['Tasks.Read'] }))
      for (const [tenant, tenants] of [
        ['common', 'any'],
        [ids.contoso, undefined],
      ] as const) {
        const api = apiOver(emulator, tenant, tenants)
        expect(await api.verdict(await emulator.sign(payload))).toBe('200')
        expect(await api.verdict(await emulator.sign(payload, { family: 'personal' }))).toMatch(
          /^401 key-(issuer|unknown)$/,
        )
      }
      const personal = payloadOf(await mint({ user: max, scopes: ['Tasks.Read'] }))
      expect(
        await apiOver(emulator, 'common', 'any').verdict(
          await emulator.sign(personal, { family: 'organization' }),
        ),
      ).toBe('401 key-issuer')
    },
  )

  it('for Microsoft Graph or the web app are refused with an explanation', async () => {
    const api = apiOver(emulator, ids.contoso)
    const graph = await mint({
      resource: '00000003-0000-0000-c000-000000000000',
      user: ids.ada,
      scopes: ['User.Read'],
    })
    await expect(api.callerOf(graph)).rejects.toMatchObject({
      status: 401,
      explanation: { reason: 'audience', cure: expect.stringContaining('Microsoft Graph') },
    })
  })

  it('N04 N06 follow a rotation at once, and a withdrawal', async () => {
    const api = apiOver(emulator, ids.contoso)
    const before = await mint({ user: ids.ada, scopes: ['Tasks.Read'], expiresIn: 90_000 })
    expect(await api.verdict(before)).toBe('200')
    const old = emulator.keys.current().kid
    emulator.keys.rotate()
    expect(await api.verdict(await mint({ user: ids.ada, scopes: ['Tasks.Read'] }))).toBe('200')
    expect(await api.verdict(before)).toBe('200')
    emulator.keys.withdraw(old)
    expect(await api.verdict(before)).toBe('200')
    api.verifier.purgeKeys()
    expect(await api.verdict(before)).toBe('401 key-unknown')
  })

  it.each([
    { kind: 'status', status: 503 },
    { kind: 'reset' },
    { kind: 'garbage' },
    { kind: 'hang' },
  ] as const)(
    'N10 N11 are good all the same, or not known to be bad, while the platform answers with %j',
    async (fault) => {
      const token = await mint({ user: ids.ada, scopes: ['Tasks.Read'], expiresIn: 200_000 })
      const warm = apiOver(emulator, ids.contoso)
      expect(await warm.verdict(token)).toBe('200')
      emulator.faults.set({ endpoint: 'any', ...fault })
      warm.clock.ahead = 25 * 3_600_000
      expect(await warm.verdict(token)).toBe('200')
      expect(await apiOver(emulator, ids.contoso).verdict(token)).toMatch(/^503 metadata /)
      emulator.faults.clear()
    },
  )
})

describe('access tokens of the national clouds', () => {
  it.each([
    'https://login.microsoftonline.com',
    'https://login.microsoftonline.us',
    'https://login.partner.microsoftonline.cn',
  ])('G40 are accepted by an API of the same cloud only: %s', async (publicOrigin) => {
    const emulator = await startEmulator(contosoDirectory(), { publicOrigin })
    // The library asks for addresses as strings.
    const send: typeof fetch = (input, init) =>
      fetch((input as string).replace(publicOrigin, emulator.listening), init)
    const api = apiOver(emulator, 'organizations', 'any', send)
    for (const version of [1, 2] as const) {
      const token = await emulator.mintToken({
        resource: ids.api,
        version,
        user: ids.ada,
        scopes: ['Tasks.Read'],
      })
      expect(await api.verdict(token)).toBe('200')
    }
    const foreign = await emulator.mintToken({
      resource: ids.api,
      user: ids.ada,
      scopes: ['Tasks.Read'],
      claims: { iss: `https://login.microsoftonline.de/${ids.contoso}/v2.0` },
    })
    expect(await api.verdict(foreign)).toBe('401 issuer')
    await emulator.stop()
  })
})
