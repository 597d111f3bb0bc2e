import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { guardedApi, ids, type GuardedApi, type Payload } from '../support/guard.js'
import { memories } from '../support/warm-memory.js'

describe.each(memories)('the issuer and the tenant of an access token, memory %s', (memory) => {
  let api: GuardedApi
  beforeAll(async () => {
    api = await guardedApi({ memory })
    expect(await api.verdict(api.token(api.user()))).toBe('200')
  })
  afterAll(() => api.stop())

  const verdict = (changes: Payload) => api.verdict(api.token(api.user(changes)))

  it.each([undefined, null, 7, {}, true, ''])('G39 the issuer %j is refused', async (iss) => {
    expect(await verdict({ iss })).toMatch(/^401 (claims-malformed|issuer)$/)
  })

  it('G40 an issuer that comes near is refused', async () => {
    const { origin } = api.server
    const { host, port } = new URL(origin)
    const near = [
      `${origin}/${ids.contoso}/v2.0/`,
      `${origin}/${ids.contoso}/V2.0`,
      `${origin}/${ids.contoso}/v2.0?a=b`,
      `${origin}/${ids.contoso}/v2.0#a`,
      `${origin}/${ids.contoso}/v2.0 `,
      ` ${origin}/${ids.contoso}/v2.0`,
      `${origin}/${ids.contoso}/v2.0.evil.example`,
      `${origin}/${ids.contoso}/v2.1`,
      `${origin}/${ids.contoso}`,
      `${origin}//${ids.contoso}/v2.0`,
      `${origin}/${ids.contoso}//v2.0`,
      `${origin}/${ids.contoso}/./v2.0`,
      `${origin}/x/../${ids.contoso}/v2.0`,
      `${origin}/${ids.contoso}%2fv2.0`,
      `${origin}/${ids.contoso.toUpperCase()}/v2.0`,
      `${origin.toUpperCase()}/${ids.contoso}/v2.0`,
      `https://${host}/${ids.contoso}/v2.0`,
      `http://127.0.0.1:${port}/${ids.contoso}/v2.0`,
      `http://localhost/${ids.contoso}/v2.0`,
      `http://user@${host}/${ids.contoso}/v2.0`,
      `http://${host}@evil.example/${ids.contoso}/v2.0`,
      `http://${host}.evil.example/${ids.contoso}/v2.0`,
      `http://evil.example/${origin}/${ids.contoso}/v2.0`,
      `${origin}/{tenantid}/v2.0`,
      `${origin}/common/v2.0`,
      `${origin}/organizations/v2.0`,
      `${origin}/contoso.onmicrosoft.com/v2.0`,
      `${origin}/${ids.fabrikam}/v2.0`,
      `${origin}/tfp/${ids.contoso}/v2.0`,
      `https://login.microsoftonline.com/${ids.contoso}/v2.0`,
      `https://login.microsoftonline.us/${ids.contoso}/v2.0`,
      `https://login.partner.microsoftonline.cn/${ids.contoso}/v2.0`,
      `https://contoso.b2clogin.com/${ids.contoso}/v2.0/`,
      `https://${ids.contoso}.ciamlogin.com/${ids.contoso}/v2.0`,
      `https://sts.windows.net/${ids.contoso}/`,
      `https://sts.windows.net.evil.example/${ids.contoso}/`,
      `http://lоcalhost:${port}/${ids.contoso}/v2.0`,
    ]
    for (const iss of near) expect([iss, await verdict({ iss })]).toEqual([iss, '401 issuer'])
  })

  it('G41 a v1.0 token with an App ID URI as audience is accepted, by its own metadata and keys', async () => {
    const legacy = (changes: Payload) => api.verdict(api.token(api.legacyUser(changes)))
    expect(await legacy({})).toBe('200')
    expect(await legacy({ aud: ids.api })).toBe('200')
    expect(await legacy({ aud: `spn:${ids.api}` })).toBe('200')
    expect(await legacy({ tid: ids.fabrikam })).toBe('401 tenant')
    expect(await legacy({ iss: `${api.server.origin}/${ids.fabrikam}/`, tid: ids.fabrikam })).toBe(
      '401 issuer',
    )
    expect(await legacy({ aud: 'api://someone-else' })).toBe('401 audience')
    expect(await legacy({ ver: '2.0' })).toBe('401 audience')
    expect(await legacy({ ver: '2.0', aud: ids.api })).toBe('401 issuer')
    expect(await verdict({ ver: '1.0' })).toBe('401 issuer')
    expect(api.server.paths).toContain(`/${ids.contoso}/.well-known/openid-configuration`)
  })

  it('G41 a v1.0 token is not verified by a key that only the v2.0 document holds', async () => {
    const own = await guardedApi()
    own.server.keys['1.0'] = [{ ...own.key.jwk, kid: 'another' }]
    expect(await own.verdict(own.token(own.legacyUser()))).toBe('401 key-unknown')
    expect(await own.verdict(own.token(own.user()))).toBe('200')
    await own.stop()
  })

  it('a token without a version is read by the form of its issuer', async () => {
    expect(await verdict({ ver: undefined })).toBe('200')
    expect(await api.verdict(api.token(api.legacyUser({ ver: undefined })))).toBe('200')
    for (const ver of ['3.0', 2, null, ['2.0'], '', '__proto__'])
      expect(await verdict({ ver })).toBe('401 version')
  })

  it('G42 a list of issuers is refused, even with the right one', async () => {
    expect(await verdict({ iss: [`${api.server.origin}/${ids.contoso}/v2.0`] })).toBe(
      '401 claims-malformed',
    )
  })

  it.each([
    ids.web,
    '00000003-0000-0000-c000-000000000000',
    'https://graph.microsoft.com',
    `api://${ids.api}`,
    `api://${ids.api}/`,
    `${ids.api}/`,
    ids.api.slice(0, -1),
    `${ids.api}0`,
    ` ${ids.api}`,
    ids.api.toUpperCase(),
    `spn:${ids.api}`,
    `${ids.api} ${ids.web}`,
    `${ids.web},${ids.api}`,
    '',
    '*',
    [ids.web],
    [ids.api],
    [[ids.api]],
    { [ids.api]: true },
    null,
    7,
    undefined,
  ])('G43 the audience %j is refused', async (aud) => {
    expect(await verdict({ aud })).toBe('401 audience')
  })

  it('G43 a declared App ID URI is accepted in v1.0 tokens, letter by letter', async () => {
    const own = await guardedApi({ memory, audiences: ['https://tasks.contoso.example/', ids.web] })
    const legacy = (aud: unknown) => own.verdict(own.token(own.legacyUser({ aud })))
    expect(await legacy('https://tasks.contoso.example/')).toBe('200')
    expect(await legacy(`api://${ids.api}`)).toBe('200')
    expect(await legacy(ids.web)).toBe('200')
    expect(await legacy('https://tasks.contoso.example')).toBe('401 audience')
    expect(await legacy('https://TASKS.contoso.example/')).toBe('401 audience')
    expect(await own.verdict(own.token(own.user({ aud: 'https://tasks.contoso.example/' })))).toBe(
      '401 audience',
    )
    expect(await own.verdict(own.token(own.user({ aud: ids.web })))).toBe('200')
    await own.stop()
  })

  it.each([
    ids.fabrikam,
    undefined,
    null,
    [ids.contoso],
    'contoso.onmicrosoft.com',
    '',
    ids.contoso.toUpperCase(),
    `${ids.contoso} `,
  ])('G44 the tenant %j in a token of contoso is refused', async (tid) => {
    expect(await verdict({ tid })).toBe('401 tenant')
  })

  it('G44 a second tenant claim in other letters is refused', async () => {
    expect(await verdict({ TID: ids.fabrikam })).toBe('401 tenant')
    expect(await verdict({ Tid: ids.contoso })).toBe('401 tenant')
  })

  it('G47 a token of another tenant is refused by an API of one tenant', async () => {
    expect(
      await verdict({ tid: ids.fabrikam, iss: `${api.server.origin}/${ids.fabrikam}/v2.0` }),
    ).toBe('401 issuer')
  })

  it.each([
    'xms_tid',
    'tenant',
    'http://schemas.microsoft.com/identity/claims/tenantid',
    'appTenantId',
  ])('G49 the claim %s names no tenant', async (claim) => {
    expect(await verdict({ [claim]: ids.fabrikam })).toBe('200')
    expect(await verdict({ [claim]: ids.contoso, tid: undefined })).toBe('401 tenant')
  })
})

describe.each(memories)('an API for several tenants, memory %s', (memory) => {
  let api: GuardedApi
  beforeAll(async () => {
    api = await guardedApi({ memory, tenant: 'organizations', tenants: [ids.contoso] })
  })
  afterAll(() => api.stop())

  const of = (tenant: string, owner = api) => ({
    tid: tenant,
    iss: `${owner.server.origin}/${tenant}/v2.0`,
  })

  it('G45 accepts the tenants that it lists and no other, in both versions', async () => {
    expect(await api.verdict(api.token(api.user()))).toBe('200')
    expect(await api.verdict(api.token(api.user(of(ids.fabrikam))))).toBe('401 tenant-not-allowed')
    expect(await api.verdict(api.token(api.user(of(ids.personal))))).toBe('401 key-issuer')
    expect(await api.verdict(api.token(api.legacyUser()))).toBe('200')
    const foreign = { tid: ids.fabrikam, iss: `${api.server.origin}/${ids.fabrikam}/` }
    expect(await api.verdict(api.token(api.legacyUser(foreign)))).toBe('401 tenant-not-allowed')
    expect(api.server.paths).toEqual(
      expect.arrayContaining([
        '/organizations/v2.0/.well-known/openid-configuration',
        '/common/.well-known/openid-configuration',
      ]),
    )
  })

  it.each([
    '{tenantid}',
    'common',
    '.*',
    '$&',
    '../',
    'contoso.onmicrosoft.com',
    '{TENANTID}',
    '%7Btenantid%7D',
  ])('G46 the tenant %j in both claims is refused', async (tenant) => {
    expect(await api.verdict(api.token(api.user(of(tenant))))).toMatch(/^401 (tenant|issuer)$/)
  })

  it('G44 a tenant that differs from the issuer is refused both ways', async () => {
    expect(await api.verdict(api.token(api.user({ tid: ids.fabrikam })))).toBe('401 tenant')
    expect(await api.verdict(api.token(api.user({ ...of(ids.fabrikam), tid: ids.contoso })))).toBe(
      '401 tenant',
    )
  })

  it('G48 G51 keeps one object id in two tenants apart, whatever else the tokens say', async () => {
    const own = await guardedApi({ tenant: 'common', tenants: 'any' })
    const victim = { oid: ids.ada, email: 'ada@contoso.example', upn: 'ada@contoso.example' }
    const first = await own.validator.verify(own.token(own.user(victim)))
    const second = await own.validator.verify(
      own.token(own.user({ ...victim, ...of(ids.fabrikam, own) })),
    )
    expect([first.tenantId, second.tenantId]).toEqual([ids.contoso, ids.fabrikam])
    expect(first.objectId).toBe(second.objectId)
    await own.stop()
  })

  it('asks a function for every request, and takes only true for yes', async () => {
    const asked: string[] = []
    let answer: unknown = true
    const own = await guardedApi({
      tenant: 'organizations',
      tenants: (tenant) => {
        asked.push(tenant)
        return answer as boolean // what a policy written in JavaScript may answer
      },
    })
    const token = own.token(own.user())
    expect(await own.verdict(token)).toBe('200')
    expect(await own.verdict(token)).toBe('200')
    for (answer of [
      false,
      undefined,
      1,
      'yes',
      {},
      Promise.resolve(false),
      Promise.resolve('yes'),
    ]) {
      expect(await own.verdict(token)).toBe('401 tenant-not-allowed')
    }
    answer = Promise.resolve(true)
    expect(await own.verdict(token)).toBe('200')
    expect(asked.length).toBe(10)
    expect(new Set(asked)).toEqual(new Set([ids.contoso]))
    await own.stop()
  })

  it('lets what its policy throws rise, and lets nobody in', async () => {
    const own = await guardedApi({
      tenant: 'organizations',
      tenants: () => {
        throw new Error('no database')
      },
    })
    await expect(own.validator.verify(own.token(own.user()))).rejects.toThrow('no database')
    await own.stop()
  })

  it.each(['common', 'organizations'])(
    'cannot be made for %s without saying which tenants',
    async (tenant) => {
      await expect(guardedApi({ tenant })).rejects.toMatchObject({
        code: 'ERR_ENTRA_CONFIGURATION',
        option: 'tenants',
      })
    },
  )

  it.each([[[]], [['contoso.onmicrosoft.com']], [['']], [[7]], 'all', {}, null])(
    'cannot be made with the tenants %j',
    async (tenants) => {
      const options = { tenant: 'organizations', tenants: tenants as never } // what JavaScript lets through
      await expect(guardedApi(options)).rejects.toMatchObject({ code: 'ERR_ENTRA_CONFIGURATION' })
    },
  )
})

describe('an API of a tenant that is configured by its domain', () => {
  it('learns the GUID from the metadata and holds every token to it', async () => {
    const api = await guardedApi({ tenant: 'contoso.onmicrosoft.com' })
    expect(await api.verdict(api.token(api.user()))).toBe('200')
    const foreign = { tid: ids.fabrikam, iss: `${api.server.origin}/${ids.fabrikam}/v2.0` }
    expect(await api.verdict(api.token(api.user(foreign)))).toBe('401 issuer')
    await api.stop()
  })
})

describe.each(memories)('the times of an access token, memory %s', (memory) => {
  let api: GuardedApi
  beforeAll(async () => {
    api = await guardedApi({ memory })
  })
  afterAll(() => api.stop())
  const now = () => Math.floor(api.clock.now / 1000)
  const verdict = (changes: Payload) => api.verdict(api.token(api.user(changes)))

  it.each([undefined, null, '1790004500', [1790004500], {}, true, Infinity])(
    'G52 exp %j is refused',
    async (exp) => {
      expect(await verdict({ exp })).toBe('401 claims-malformed')
    },
  )

  it('G52 a token is refused from the moment the tolerance is over', async () => {
    expect(await verdict({ exp: 0 })).toBe('401 expired')
    expect(await verdict({ exp: -1e12 })).toBe('401 expired')
    expect(await verdict({ exp: now() - 300 })).toBe('401 expired')
    expect(await verdict({ exp: now() - 299 })).toBe('200')
    expect(await verdict({ exp: now() - 1 })).toBe('200')
  })

  it('G52 a number beyond all numbers is no time', async () => {
    const { signedRaw, encoded } = await import('../support/key-server.js')
    const head = encoded({ typ: 'JWT', alg: 'RS256', kid: api.key.kid })
    const body = JSON.stringify(api.user({ exp: 4242 })).replace('4242', '1e999')
    expect(await api.verdict(signedRaw(api.key.privateKey, head, encoded(body)))).toBe(
      '401 claims-malformed',
    )
  })

  it('G53 long lifetimes and fractions are accepted, and iat is no limit', async () => {
    expect(await verdict({ exp: now() + 28 * 3600 })).toBe('200')
    expect(await verdict({ exp: now() + 0.5, nbf: now() - 0.5, iat: now() - 0.25 })).toBe('200')
    expect(await verdict({ iat: now() + 4000 })).toBe('200')
    expect(await verdict({ nbf: undefined, iat: undefined })).toBe('200')
  })

  it('G54 a token is accepted from the moment the tolerance allows', async () => {
    expect(await verdict({ nbf: now() + 300 })).toBe('200')
    expect(await verdict({ nbf: now() + 301 })).toBe('401 not-yet-valid')
    for (const nbf of ['1', null, [1], {}])
      expect(await verdict({ nbf })).toBe('401 claims-malformed')
    for (const iat of ['1', null]) expect(await verdict({ iat })).toBe('401 claims-malformed')
  })

  it('N21 says so when this machine and the platform disagree about the time', async () => {
    const own = await guardedApi()
    own.clock.now = Date.now() + 3 * 3_600_000
    const stale = own.token(own.user({ exp: Math.floor(Date.now() / 1000) + 60, nbf: 1 }))
    expect(await own.verdict(own.token(own.user()))).toBe('200')
    const refusal: unknown = await own.validator.verify(stale).catch((error: unknown) => error)
    expect(refusal).toMatchObject({
      reason: 'expired',
      explanation: { cure: expect.stringMatching(/clock differs .* by 1(0799|08\d\d) seconds/) },
    })
    expect(own.events).toContainEqual({ type: 'clock-differs', seconds: expect.any(Number) })
    await own.stop()
  })
})
