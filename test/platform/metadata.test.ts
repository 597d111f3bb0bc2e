import { describe, expect, it } from '@jest/globals'
import { authorityOf, type Authority, type TokenVersion } from '../../src/protocol/authority.js'
import { fetchMetadata } from '../../src/platform/metadata.js'
import { createJwtVerifier } from '../../src/platform/verified-jwt.js'
import { createTokenValidator } from '../../src/validation/access-token.js'
import { ids, verdictOf, type Payload } from '../support/guard.js'
import { signedBy, signingKey } from '../support/key-server.js'

const graph = 'https://login.microsoftonline.com'

/** What is made of a metadata document that an authority serves. */
async function read(
  authority: Authority,
  document: unknown,
  version: TokenVersion = '2.0',
  appId?: string,
) {
  const asked: string[] = []
  const send: typeof fetch = (input) => {
    asked.push(input as string) // the library asks for strings
    return Promise.resolve(Response.json(document))
  }
  const request = { fetch: send, clock: () => 0, deadline: AbortSignal.timeout(1_000) }
  const found = await fetchMetadata({ authority, version, appId }, request).catch(() => undefined)
  return {
    asked: asked[0],
    issuer: found?.issuer,
    tenantId: found?.tenantId,
    keysUrl: found?.keysUrl,
  }
}

const proper = (
  origin: string,
  issuer: string,
  keysUrl = `${origin}/common/discovery/v2.0/keys`,
) => ({ issuer, jwks_uri: keysUrl })

describe('the metadata of an authority', () => {
  const contoso = authorityOf(ids.contoso)
  const issuer = `${graph}/${ids.contoso}/v2.0`

  it('is asked for at the tenant, for each version of tokens', async () => {
    expect(await read(contoso, proper(graph, issuer))).toMatchObject({
      asked: `${graph}/${ids.contoso}/v2.0/.well-known/openid-configuration`,
      issuer,
      tenantId: ids.contoso,
    })
    const legacy = `https://sts.windows.net/${ids.contoso}/`
    expect(await read(contoso, proper(graph, legacy), '1.0')).toMatchObject({
      asked: `${graph}/${ids.contoso}/.well-known/openid-configuration`,
      issuer: legacy,
    })
    const groups = authorityOf('organizations')
    expect(
      await read(groups, proper(graph, 'https://sts.windows.net/{tenantid}/'), '1.0'),
    ).toMatchObject({
      asked: `${graph}/common/.well-known/openid-configuration`,
      tenantId: undefined,
      issuer: 'https://sts.windows.net/{tenantid}/',
    })
  })

  it('N22 is asked for with the app ID when the app has signing keys of its own', async () => {
    expect(await read(contoso, proper(graph, issuer), '2.0', ids.api)).toMatchObject({
      asked: `${graph}/${ids.contoso}/v2.0/.well-known/openid-configuration?appid=${ids.api}`,
    })
  })

  it.each([
    `${graph}/${ids.fabrikam}/v2.0`,
    `${graph}/{tenantid}/v2.0`,
    `${graph}/${ids.contoso}/v2.0/`,
    `${graph}/${ids.contoso}`,
    `https://sts.windows.net/${ids.contoso}/`,
    `https://login.microsoftonline.us/${ids.contoso}/v2.0`,
    `https://evil.example/${ids.contoso}/v2.0`,
    `https://login.windows.net/${ids.contoso}/v2.0`,
    '',
    7,
    null,
    undefined,
  ])('N15 is refused with the issuer %j', async (other) => {
    expect(await read(contoso, { ...proper(graph, issuer), issuer: other })).toMatchObject({
      issuer: undefined,
    })
  })

  it.each([
    `http://login.microsoftonline.com/common/discovery/v2.0/keys`,
    'https://evil.example/keys',
    'https://login.microsoftonline.com.evil.example/keys',
    'https://login.microsoftonline.com:8443/keys',
    'https://user@login.microsoftonline.com/keys',
    'https://login.microsoftonline.us/keys',
    'https://127.0.0.1/keys',
    'http://localhost/keys',
    'file:///etc/passwd',
    'data:application/json,{}',
    '/common/discovery/v2.0/keys',
    '',
    7,
    undefined,
  ])('N15 N16 is refused with keys at %j', async (keysUrl) => {
    expect(await read(contoso, { issuer, jwks_uri: keysUrl })).toMatchObject({ issuer: undefined })
  })

  it.each([
    'https://login.windows.net/common/discovery/keys',
    'https://login.microsoft.com/common/discovery/keys',
  ])('may name keys at another host of the same cloud: %s', async (keysUrl) => {
    expect(await read(contoso, { issuer, jwks_uri: keysUrl })).toMatchObject({ keysUrl })
  })

  it.each([null, [], 'text', 7])('is refused when it is %j', async (document) => {
    expect(await read(contoso, document)).toMatchObject({ issuer: undefined })
  })

  it('tells the GUID of a tenant that is configured by its domain, and no template', async () => {
    const domain = authorityOf('contoso.onmicrosoft.com')
    expect(await read(domain, proper(graph, issuer))).toMatchObject({ tenantId: ids.contoso })
    expect(await read(domain, proper(graph, `${graph}/{tenantid}/v2.0`))).toMatchObject({
      issuer: undefined,
    })
  })

  it('of several tenants is a template, not the issuer of one', async () => {
    const common = authorityOf('common')
    expect(await read(common, proper(graph, `${graph}/{tenantid}/v2.0`))).toMatchObject({
      tenantId: undefined,
      issuer: `${graph}/{tenantid}/v2.0`,
    })
    expect(await read(common, proper(graph, issuer))).toMatchObject({ issuer: undefined })
  })

  it('of a cloud names the issuer of that cloud, whichever of its hosts is configured', async () => {
    const china = authorityOf(ids.contoso, 'https://login.chinacloudapi.cn')
    const chinese = `https://login.partner.microsoftonline.cn/${ids.contoso}/v2.0`
    expect(await read(china, proper('https://login.chinacloudapi.cn', chinese))).toMatchObject({
      issuer: chinese,
    })
    expect(await read(china, proper('https://login.chinacloudapi.cn', issuer))).toMatchObject({
      issuer: undefined,
    })
    const legacy = `https://sts.chinacloudapi.cn/${ids.contoso}/`
    expect(
      await read(china, proper('https://login.chinacloudapi.cn', legacy), '1.0'),
    ).toMatchObject({ issuer: legacy })
  })
})

/** Validates tokens of an authority that an injected fetch plays. */
function apiOf(authority: Authority, document: Record<string, unknown>, keyIssuer?: string) {
  const key = signingKey(keyIssuer === undefined ? {} : { issuer: keyIssuer })
  const asked: string[] = []
  const send: typeof fetch = (input) => {
    asked.push(input as string) // the library asks for strings
    return Promise.resolve(
      Response.json(String(asked.at(-1)).includes('well-known') ? document : { keys: [key.jwk] }),
    )
  }
  const clock = () => 1_790_000_300_000
  const verifier = createJwtVerifier({ authority, clock, fetch: send, clockToleranceSeconds: 300 })
  const validator = createTokenValidator({
    verifier,
    clientId: ids.api,
    audiences: [],
    tenants: undefined,
    clock,
    cacheBytes: 1024 * 1024,
  })
  const payload = {
    aud: ids.api,
    exp: 1_790_004_500,
    azp: ids.web,
    oid: ids.ada,
    sub: 's',
    scp: 'Tasks.Read',
    ver: '2.0',
  }
  return {
    asked,
    callerOf: (changes: Payload) => validator.verify(signedBy(key, { ...payload, ...changes })),
    verdict: (changes: Payload) =>
      verdictOf(() => validator.verify(signedBy(key, { ...payload, ...changes }))),
  }
}

describe('an external tenant (External ID)', () => {
  const origin = 'https://contoso.ciamlogin.com'
  const issuer = `https://${ids.contoso}.ciamlogin.com/${ids.contoso}/v2.0`

  it.each([
    [ids.contoso, origin],
    ['contoso.onmicrosoft.com', origin],
    [ids.contoso, 'https://login.contoso.example'],
  ])('has an issuer whose host is its GUID, when %s is reached at %s', async (tenant, host) => {
    const api = apiOf(
      authorityOf(tenant, host),
      proper(host, issuer, `${host}/${ids.contoso}/discovery/v2.0/keys`),
      issuer,
    )
    expect(await api.callerOf({ iss: issuer, tid: ids.contoso })).toMatchObject({
      tenantId: ids.contoso,
    })
    const foreign = `https://${ids.fabrikam}.ciamlogin.com/${ids.fabrikam}/v2.0`
    expect(await api.verdict({ iss: foreign, tid: ids.fabrikam })).toBe('401 issuer')
    expect(
      await api.verdict({
        iss: `https://${ids.fabrikam}.ciamlogin.com/${ids.contoso}/v2.0`,
        tid: ids.contoso,
      }),
    ).toBe('401 issuer')
    expect(
      await api.verdict({
        iss: `https://${ids.contoso}.ciamlogin.com/${ids.fabrikam}/v2.0`,
        tid: ids.contoso,
      }),
    ).toBe('401 issuer')
    expect(await api.verdict({ iss: `${graph}/${ids.contoso}/v2.0`, tid: ids.contoso })).toBe(
      '401 issuer',
    )
  })

  it('may serve its keys at the host named by its GUID, and nowhere else', async () => {
    const authority = authorityOf(ids.contoso, origin)
    const at = (host: string) =>
      read(authority, proper(origin, issuer, `https://${host}/${ids.contoso}/discovery/v2.0/keys`))
    expect(await at(`${ids.contoso}.ciamlogin.com`)).toMatchObject({ issuer })
    expect(await at('ciamlogin.com')).toMatchObject({ issuer: undefined })
    expect(await at('a.b.ciamlogin.com')).toMatchObject({ issuer: undefined })
    expect(await at('contoso.ciamlogin.com.evil.example')).toMatchObject({ issuer: undefined })
  })
})

describe('an Azure AD B2C tenant', () => {
  const origin = 'https://contoso.b2clogin.com'
  const authority = authorityOf('contoso.onmicrosoft.com', origin, 'B2C_1_susi')
  const keysUrl = `${origin}/contoso.onmicrosoft.com/b2c_1_susi/discovery/v2.0/keys`

  it.each([`${origin}/${ids.contoso}/v2.0/`, `${origin}/tfp/${ids.contoso}/b2c_1_susi/v2.0/`])(
    'may have the issuer %s, and tokens without tenant whose version is 1.0',
    async (issuer) => {
      const api = apiOf(authority, proper(origin, issuer, keysUrl))
      for (const ver of ['1.0', '2.0']) {
        expect(await api.callerOf({ iss: issuer, ver, tfp: 'B2C_1_susi' })).toMatchObject({
          tenantId: ids.contoso,
          clientId: ids.web,
        })
      }
      expect(api.asked).toEqual([
        `${origin}/contoso.onmicrosoft.com/B2C_1_susi/v2.0/.well-known/openid-configuration`,
        keysUrl,
      ])
      expect(await api.verdict({ iss: issuer, ver: '1.0', aud: ids.web })).toBe('401 audience')
      expect(await api.verdict({ iss: issuer, tid: ids.fabrikam })).toBe('401 tenant')
      expect(await api.verdict({ iss: issuer.replace(ids.contoso, ids.fabrikam) })).toBe(
        '401 issuer',
      )
      expect(await api.verdict({ iss: issuer.slice(0, -1) })).toBe('401 issuer')
    },
  )

  it('is configured with its policy, and nothing else is', () => {
    const fault = expect.objectContaining({ code: 'ERR_ENTRA_CONFIGURATION', option: 'policy' })
    expect(() => authorityOf('contoso.onmicrosoft.com', origin)).toThrow(fault)
    expect(() => authorityOf('contoso.onmicrosoft.com', origin, '../evil')).toThrow(fault)
    expect(() => authorityOf(ids.contoso, graph, 'B2C_1_susi')).toThrow(fault)
  })
})

describe('an authority', () => {
  it.each([
    'https://evil.example/',
    'contoso',
    '../contoso.com',
    'contoso.com/x',
    'contoso.com?x',
    '',
    'contoso.com\r\n',
    '{tenantid}',
    'common.',
  ])('N20 is not made from %j', (tenant) => {
    expect(() => authorityOf(tenant)).toThrow(
      expect.objectContaining({ code: 'ERR_ENTRA_CONFIGURATION' }),
    )
  })

  it.each([
    'http://login.microsoftonline.com',
    'https://login.microsoftonline.com/common',
    'ftp://x.example',
    'https://',
  ])('N14 N20 is not reached at %j', (host) => {
    expect(() => authorityOf(ids.contoso, host)).toThrow(
      expect.objectContaining({ code: 'ERR_ENTRA_CONFIGURATION' }),
    )
  })
})
