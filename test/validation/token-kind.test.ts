import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { assertionOf } from '../../src/protocol/caller.js'
import { TokenInvalidError } from '../../src/protocol/access-errors.js'
import { guardedApi, ids, type GuardedApi, type Payload } from '../support/guard.js'
import { memories } from '../support/warm-memory.js'

describe.each(memories)('whom an access token speaks for, memory %s', (memory) => {
  let api: GuardedApi
  beforeAll(async () => {
    api = await guardedApi({ memory })
  })
  afterAll(() => api.stop())
  const user = (changes: Payload = {}) => api.verdict(api.token(api.user(changes)))
  const app = (changes: Payload = {}) => api.verdict(api.token(api.app(changes)))
  const callerOf = (payload: Payload) => api.validator.verify(api.token(payload))

  it('is a user when the token has scopes', async () => {
    expect(
      await callerOf(api.user({ roles: ['Tasks.Admin'], email: 'ada@contoso.example' })),
    ).toEqual({
      kind: 'user',
      tenantId: ids.contoso,
      objectId: ids.ada,
      subject: 'kq3Vb0v0mJd5Y1ePairwiseForTheApi0aBcDeFgHiJ',
      clientId: ids.web,
      scopes: ['access_as_user', 'Tasks.Read'],
      roles: ['Tasks.Admin'],
      name: 'Ada Example',
      username: 'ada@contoso.example',
      email: 'ada@contoso.example',
    })
    expect(await callerOf(api.user({ idtyp: 'user' }))).toMatchObject({ kind: 'user' })
  })

  it('may be a user without a name, e-mail or user name', async () => {
    const caller = await callerOf(api.user({ name: undefined, preferred_username: '', email: 7 }))
    expect(Object.keys(caller)).toEqual([
      'kind',
      'tenantId',
      'objectId',
      'subject',
      'clientId',
      'scopes',
      'roles',
    ])
  })

  it('is an app when the token says so, or has no scopes and names its service principal twice', async () => {
    const expected = {
      kind: 'app',
      objectId: ids.service,
      clientId: ids.daemon,
      roles: ['Tasks.Read.All'],
    }
    expect(await callerOf(api.app())).toMatchObject(expected)
    expect(await callerOf(api.app({ idtyp: undefined }))).toMatchObject(expected)
    expect(await callerOf(api.app())).not.toHaveProperty('scopes')
  })

  it.each([
    [{ idtyp: 'app' }, 'an app with scopes'],
    [{ idtyp: 'device' }, 'a device'],
    [{ idtyp: ['user'] }, 'a list of kinds'],
    [{ idtyp: null }, 'no kind in particular'],
    [{ scp: undefined, roles: ['Tasks.Read.All'] }, 'no scopes, and another subject'],
    [{ scp: undefined, idtyp: 'user', roles: ['Tasks.Read.All'] }, 'a user without scopes'],
  ])('is refused when the token contradicts itself: %j', async (changes: Payload, _title) => {
    expect(await user(changes)).toBe('401 kind-unclear')
  })

  it('G50 claims about an actor change nothing', async () => {
    const nested = { act: { oid: ids.service, roles: ['Tasks.Read.All'] }, actort: 'eyJ.eyJ.' }
    expect(await callerOf(api.user(nested))).toMatchObject({
      kind: 'user',
      objectId: ids.ada,
      roles: [],
    })
  })

  it('G55 an ID token is refused, even with this API as audience and with roles', async () => {
    const idToken = { scp: undefined, azp: undefined, roles: ['Tasks.Admin'] }
    expect(await user({ ...idToken, nonce: 'n-7f3c2b1a' })).toBe('401 id-token')
    expect(await user({ ...idToken, at_hash: 'Q1xYw0VhX2hhc2hfZml4dA' })).toBe('401 id-token')
    expect(await user({ ...idToken, c_hash: 'Q1xYw0VhX2hhc2hfZml4dA' })).toBe('401 id-token')
    expect(await user(idToken)).toBe('401 id-token')
    expect(await user({ ...idToken, oid: ids.ada, sub: ids.ada })).toBe('401 claims-malformed')
    expect(await user({ nonce: 'n-7f3c2b1a' })).toBe('401 id-token')
  })

  it('G56 a logout token is refused', async () => {
    expect(
      await user({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }),
    ).toBe('401 id-token')
  })

  it('G58 a token that is bound to a key is refused, because the binding cannot be checked', async () => {
    expect(await user({ cnf: { jkt: 'abc' } })).toBe('401 bound-token')
  })

  it.each([7, true, null, { includes: 'Tasks.Read' }, [['Tasks.Read']], ['Tasks.Read']])(
    'G60 scopes of another type are refused: %j',
    async (scp) => {
      expect(await user({ scp })).toBe('401 claims-malformed')
    },
  )

  it.each([
    'Tasks.Read.All',
    [['Tasks.Read.All']],
    { 0: 'Tasks.Read.All' },
    'Tasks.Read.All Other',
    [7, null],
  ])('G62 roles of another type grant nothing: %j', async (roles) => {
    expect(await callerOf(api.app({ roles }))).toMatchObject({ kind: 'app', roles: [] })
  })

  it.each([undefined, [], null, ''])(
    'a token with neither scopes nor roles (%j) is refused',
    async (roles) => {
      expect(await app({ roles })).toBe('401 no-permissions')
      expect(await user({ scp: '', roles })).toBe('401 no-permissions')
    },
  )

  it('an app without roles is accepted when an access list names it, and only then', async () => {
    const own = await guardedApi({ memory, aclClients: [ids.daemon.toUpperCase()] })
    expect(await own.verdict(own.token(own.app({ roles: undefined })))).toBe('200')
    expect(await own.verdict(own.token(own.app({ roles: undefined, azp: ids.web })))).toBe(
      '401 no-permissions',
    )
    expect(await own.verdict(own.token(own.user({ scp: '', azp: ids.daemon })))).toBe(
      '401 no-permissions',
    )
    await own.stop()
  })

  it('G64 the client is the claim of the token version, not a smuggled one', async () => {
    expect(await callerOf(api.user({ appid: ids.daemon }))).toMatchObject({ clientId: ids.web })
    expect(await callerOf(api.legacyUser({ azp: ids.daemon }))).toMatchObject({ clientId: ids.web })
    expect(await user({ azp: undefined, appid: ids.web })).toBe('401 claims-malformed')
  })

  it.each(['oid', 'sub', 'azp'])(
    'a token without %s, or with another type of it, is refused',
    async (claim) => {
      for (const value of [undefined, '', 7, null, ['x']]) {
        expect(await user({ [claim]: value })).toBe('401 claims-malformed')
      }
    },
  )

  it('T30 G66 is a frozen object that shows neither token nor claims', async () => {
    const token = api.token(api.user())
    const caller = await api.validator.verify(token)
    for (const print of [
      inspect(caller, { depth: 9 }),
      JSON.stringify(caller),
      inspect(structuredClone(caller)),
    ]) {
      expect(print).not.toContain(token.slice(0, 20))
      expect(print).not.toContain('uti')
    }
    expect(Object.isFrozen(caller)).toBe(true)
    expect(Object.isFrozen(caller.claims)).toBe(true)
    expect(Object.isFrozen(caller.roles)).toBe(true)
    expect(() => Object.assign(caller.claims, { scp: 'Tasks.Admin' })).toThrow(TypeError)
    expect(caller.claims).toMatchObject({ aud: ids.api, uti: 'm1xQ8r3k0EaT5bF2cZcAAA' })
    expect(assertionOf(caller)).toEqual({ token, expiresAt: caller.claims.exp * 1000 })
    expect(assertionOf({ ...caller })).toBeUndefined()
  })
})

describe('the explanation of a refused token', () => {
  let api: GuardedApi
  beforeAll(async () => {
    api = await guardedApi({ audiences: ['https://tasks.contoso.example'] })
  })
  afterAll(() => api.stop())

  async function explanationOf(payload: Payload) {
    try {
      await api.validator.verify(api.token(payload))
    } catch (error) {
      if (error instanceof TokenInvalidError) return error.explanation
    }
    throw new Error('accepted')
  }

  it('R29 says that a token is for Microsoft Graph, and what to ask for', async () => {
    for (const aud of ['00000003-0000-0000-c000-000000000000', 'https://graph.microsoft.com']) {
      expect(await explanationOf(api.legacyUser({ aud }))).toMatchObject({
        reason: 'audience',
        found: `aud "${aud}" in a version 1.0 token`,
        cure: expect.stringMatching(
          /Microsoft Graph.*https:\/\/tasks\.contoso\.example\/\{scope\}/,
        ),
      })
    }
  })

  it('R29 says that only the trailing slash differs', async () => {
    const { cure } = await explanationOf(api.legacyUser({ aud: 'https://tasks.contoso.example/' }))
    expect(cure).toMatch(/trailing slash.*\/\/\.default/)
  })

  it('R29 says how to accept an App ID URI, or to have version 2.0 tokens', async () => {
    const { cure } = await explanationOf(api.legacyUser({ aud: 'api://contoso-tasks' }))
    expect(cure).toMatch(/add it to audiences, or set requestedAccessTokenVersion to 2/)
  })

  it('says that another API is meant', async () => {
    expect((await explanationOf(api.user({ aud: ids.web }))).cure).toMatch(/for another API/)
    expect((await explanationOf(api.user({ aud: `api://${ids.api}` }))).cure).toMatch(
      /names the client ID/,
    )
    expect((await explanationOf(api.user({ aud: ['x'] }))).found).toBe(
      'aud an array in a version 2.0 token',
    )
  })

  it('O03 shows claim values printable and short', async () => {
    const { found } = await explanationOf(
      api.user({ aud: `"\r\n\u001b[31m\u2028${'x'.repeat(500)}` }),
    )
    expect(found).toMatch(/^aud "\?\?\?\?\[31m\?x{111}…" in a version 2\.0 token$/)
  })

  it('tells what to do about a token without permissions', async () => {
    expect((await explanationOf(api.app({ roles: undefined }))).cure).toMatch(
      /allowClientsWithoutPermissions/,
    )
    expect((await explanationOf(api.user({ scp: '' }))).cure).toMatch(/Expose a scope/)
  })
})
