import { createHash, X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Emulator } from '../../src/emulator/index.js'
import { contoso, fabrikam, getJson, personal, start, stopAll } from './contoso.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await start()
})
afterAll(stopAll)

const discovery = (tenant: string, version = '/v2.0') =>
  getJson(`${emulator.origin}/${tenant}${version}/.well-known/openid-configuration`)

/** facts 13.10, with the emulator's origin and its own Graph in place of Microsoft's. */
function documentedV2(segment: string, issuerTenant: string, region: string | null): object {
  const base = `${emulator.origin}/${segment}`
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: [
      'client_secret_post',
      'private_key_jwt',
      'client_secret_basic',
    ],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: `${emulator.origin}/${issuerTenant}/v2.0`,
    request_uri_parameter_supported: false,
    userinfo_endpoint: `${emulator.graphOrigin}/oidc/userinfo`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    claims_supported: (
      'sub,iss,cloud_instance_name,cloud_instance_host_name,cloud_graph_host_name,msgraph_host,' +
      'aud,exp,iat,auth_time,acr,nonce,preferred_username,name,tid,ver,at_hash,c_hash,email'
    ).split(','),
    kerberos_endpoint: `${base}/kerberos`,
    tenant_region_scope: region,
    cloud_instance_name: 'microsoftonline.com',
    cloud_graph_host_name: 'graph.windows.net',
    msgraph_host: new URL(emulator.graphOrigin).host,
    rbac_url: 'https://pas.windows.net',
  }
}

describe('discovery, v2.0', () => {
  it('answers a tenant GUID with the documented fields and no others', async () => {
    const { status, headers, body } = await discovery(contoso)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(headers.get('cache-control')).toBe('max-age=86400, private')
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(body).toEqual(documentedV2(contoso, contoso, 'EU'))
  })

  it('answers a verified domain with GUID-based URLs', async () => {
    const { body } = await discovery('contoso.onmicrosoft.com')
    expect(body).toEqual(documentedV2(contoso, contoso, 'EU'))
  })

  it.each(['common', 'organizations'])(
    'answers %s with the literal {tenantid} as issuer',
    async (segment) => {
      const { body } = await discovery(segment)
      expect(body).toEqual(documentedV2(segment, '{tenantid}', null))
    },
  )

  it('answers consumers with the issuer of the personal-account tenant', async () => {
    const { body } = await discovery('consumers')
    expect(body).toEqual(documentedV2('consumers', personal, null))
  })

  it('refuses an unknown tenant with AADSTS90002', async () => {
    const { status, body } = await discovery('nobody.example')
    expect(status).toBe(400)
    expect(body).toMatchObject({ error: 'invalid_request', error_codes: [90002] })
  })
})

describe('discovery, v1.0', () => {
  it('names sts.windows.net, with a trailing slash, and the common key set', async () => {
    const { body } = await discovery(contoso, '')
    expect(body).toMatchObject({
      issuer: `https://sts.windows.net/${contoso}/`,
      jwks_uri: `${emulator.origin}/common/discovery/keys`,
      token_endpoint: `${emulator.origin}/${contoso}/oauth2/token`,
      authorization_endpoint: `${emulator.origin}/${contoso}/oauth2/authorize`,
      userinfo_endpoint: `${emulator.origin}/common/openid/userinfo`,
      microsoft_multi_refresh_token: true,
      scopes_supported: ['openid'],
    })
    expect(body.claims_supported).toEqual(expect.arrayContaining(['amr', 'given_name', 'nickname']))
  })

  it('keeps {tenantid} literal for common', async () => {
    const { body } = await discovery('common', '')
    expect(body.issuer).toBe('https://sts.windows.net/{tenantid}/')
  })
})

it('has no organizations in v1.0: whoever wants that issuer asks common', async () => {
  expect(await discovery('organizations', '')).toMatchObject({
    status: 400,
    body: { error: 'invalid_request', error_codes: [90002] },
  })
})

const yearOf = (date: string) => new Date(date).getUTCFullYear()

interface Jwk {
  kid: string
  x5t: string
  x5c: [string]
  n: string
  issuer?: string
}

async function keys(path: string): Promise<Jwk[]> {
  const { body } = await getJson(`${emulator.origin}/${path}`)
  return body.keys as Jwk[] // the shape is what these tests are about
}

describe('the key sets', () => {
  it('lists kty, use, kid, x5t, n, e, x5c, issuer in this order, without alg', async () => {
    for (const key of await keys('common/discovery/v2.0/keys')) {
      expect(Object.keys(key)).toEqual(['kty', 'use', 'kid', 'x5t', 'n', 'e', 'x5c', 'issuer'])
      expect(key).toMatchObject({ kty: 'RSA', use: 'sig', e: 'AQAB' })
    }
  })

  it('names each key by the SHA-1 thumbprint of its own self-signed certificate', async () => {
    for (const { kid, x5t, x5c, n } of await keys('common/discovery/v2.0/keys')) {
      const certificate = new X509Certificate(Buffer.from(x5c[0], 'base64'))
      expect(kid).toBe(createHash('sha1').update(certificate.raw).digest('base64url'))
      expect(x5t).toBe(kid)
      expect(certificate.publicKey.export({ format: 'jwk' }).n).toBe(n)
      expect(certificate.verify(certificate.publicKey)).toBe(true)
      expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048)
      const years = yearOf(certificate.validTo) - yearOf(certificate.validFrom)
      expect(years).toBe(5)
    }
  })

  it('gives organization keys the template and personal keys their own issuer', async () => {
    const common = await keys('common/discovery/v2.0/keys')
    expect(common.map(({ issuer }) => issuer)).toEqual([
      `${emulator.origin}/{tenantid}/v2.0`,
      `${emulator.origin}/${personal}/v2.0`,
    ])
    const subjects = common.map(
      ({ x5c }) => new X509Certificate(Buffer.from(x5c[0], 'base64')).subject,
    )
    expect(subjects).toEqual([
      'CN=accounts.accesscontrol.windows.net',
      'CN=Live ID STS Signing Public Key',
    ])
  })

  it.each(['organizations', contoso, fabrikam])(
    'lists organization keys only for %s',
    async (segment) => {
      const found = await keys(`${segment}/discovery/v2.0/keys`)
      expect(found.map(({ issuer }) => issuer)).toEqual([`${emulator.origin}/{tenantid}/v2.0`])
    },
  )

  it('lists v1.0 keys without issuer', async () => {
    const found = await keys('common/discovery/keys')
    expect(found).toHaveLength(2)
    for (const key of found) expect(key).not.toHaveProperty('issuer')
  })

  it('publishes a rotated key at once beside the old one, until that is withdrawn', async () => {
    const before = emulator.keys.current().kid
    const rotated = emulator.keys.rotate()
    expect(emulator.keys.current().kid).toBe(rotated)
    const kids = async () => (await keys('organizations/discovery/v2.0/keys')).map(({ kid }) => kid)
    expect(await kids()).toEqual([before, rotated])
    emulator.keys.withdraw(before)
    expect(await kids()).toEqual([rotated])
  })
})

describe('a public origin', () => {
  it('appears in issuers and endpoints, with the hosts of its cloud', async () => {
    const government = await start(undefined, { publicOrigin: 'https://login.microsoftonline.us' })
    expect(government.authority).toBe(`https://login.microsoftonline.us/${contoso}`)
    const path = `${contoso}/v2.0/.well-known/openid-configuration`
    const { body } = await getJson(`${government.listening}/${path}`)
    expect(body).toMatchObject({
      issuer: `https://login.microsoftonline.us/${contoso}/v2.0`,
      token_endpoint: `https://login.microsoftonline.us/${contoso}/oauth2/v2.0/token`,
      msgraph_host: 'graph.microsoft.us',
    })
  })

  it('is refused when it is more than scheme and host', async () => {
    const options = { publicOrigin: 'https://login.microsoftonline.us/' }
    await expect(start(undefined, options)).rejects.toThrow('not an origin')
  })
})
