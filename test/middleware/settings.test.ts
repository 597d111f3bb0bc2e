import { describe, expect, it } from '@jest/globals'
import type { Host } from '../../src/host/host.js'
import type { EntraOptions } from '../../src/middleware/entra-options.js'
import { settingsOf } from '../../src/middleware/settings.js'
import { ConfigurationError } from '../../src/protocol/configuration-error.js'

const tenant = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
const clientId = '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10'
const otherClient = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'

function host(environment: Record<string, string> = {}): Host {
  return {
    environment,
    readFile: () => {
      throw new Error('no such file')
    },
    warn: () => undefined,
  }
}

function faultOf(options: unknown, environment: Record<string, string> = {}): ConfigurationError {
  try {
    settingsOf(options as EntraOptions, host(environment)) // what JavaScript programs can write
  } catch (error) {
    if (error instanceof ConfigurationError) return error
    throw error
  }
  throw new Error('Expected a ConfigurationError.')
}

describe('options and environment', () => {
  it.each([[null], ['tenant'], [() => undefined]])('R04 are an object, and not %p', (options) => {
    expect(faultOf(options).message).toMatch(/^entra\(\) was given .*Expected an object of options/)
  })

  it('takes everything from the environment, so that entra() alone works', () => {
    const settings = settingsOf(
      {},
      host({
        AZURE_TENANT_ID: tenant.toUpperCase(),
        AZURE_CLIENT_ID: clientId,
        AZURE_CLIENT_SECRET: 'a secret',
        AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us/',
        ENTRADA_AUDIENCES: 'api://tasks, https://contoso.com/tasks/',
        ENTRADA_BASE_URL: 'https://app.contoso.com',
        ENTRADA_SECRET: 's'.repeat(32),
      }),
    )
    expect(settings.authority).toMatchObject({
      origin: 'https://login.microsoftonline.us',
      tenant,
      cloud: { name: 'us-government' },
    })
    expect(settings.clientId).toBe(clientId)
    expect(settings.credential?.kinds).toEqual(['secret'])
    expect(settings.audiences).toEqual(['api://tasks', 'https://contoso.com/tasks/'])
    expect(settings.baseUrls).toEqual(['https://app.contoso.com'])
    expect(settings.graphEndpoint).toBe('https://graph.microsoft.us')
  })

  it('R01 says what is wrong with a client that is no text, beside one in the environment', () => {
    const fault = faultOf({ tenant, clientId: 123 }, { AZURE_CLIENT_ID: clientId })
    expect(fault.message).toMatch(/clientId is 123/)
  })

  it('lets an option win over its environment variable', () => {
    const settings = settingsOf(
      { tenant },
      host({ AZURE_TENANT_ID: 'common', AZURE_CLIENT_ID: clientId }),
    )
    expect(settings.authority.tenant).toBe(tenant)
  })

  it('takes an empty variable, or one with a newline at its end, for what was meant', () => {
    const secret = { AZURE_CLIENT_SECRET: 'a secret\n' }
    const options = { tenant, clientId }
    for (const id of ['', ' ', `${clientId}\n`]) {
      const environment = { AZURE_CLIENT_ID: id, ...secret }
      expect(settingsOf(options, host(environment)).credential?.kinds).toEqual(['secret'])
    }
    expect(settingsOf(options, host({ AZURE_CLIENT_SECRET: ' \n' })).credential).toBeUndefined()
  })

  it('does not give the credential of the environment to another client', () => {
    const environment = { AZURE_CLIENT_ID: otherClient, AZURE_CLIENT_SECRET: 'of the other client' }
    expect(settingsOf({ tenant, clientId }, host(environment)).credential).toBeUndefined()
    expect(settingsOf({ tenant }, host(environment)).credential).toBeDefined()
  })

  it('R01 works for an API with tenant and client alone', () => {
    const settings = settingsOf({ tenant, clientId }, host())
    expect(settings.audiences).toEqual([`api://${clientId}`])
    expect(settings.credential).toBeUndefined()
  })

  it.each([
    ['tenant', { clientId }, 'AZURE_TENANT_ID', /Directory \(tenant\) ID/],
    ['clientId', { tenant }, 'AZURE_CLIENT_ID', /Application \(client\) ID/],
    ['clientId', { tenant, clientId: 'my-app' }, 'AZURE_CLIENT_ID', /"my-app"/],
    ['tenant', { tenant: 'not a tenant', clientId }, 'AZURE_TENANT_ID', /"not a tenant"/],
    [
      'baseUrl',
      { tenant, clientId, baseUrl: 'http://app.contoso.com' },
      'ENTRADA_BASE_URL',
      /https/,
    ],
    [
      'baseUrl',
      { tenant, clientId, baseUrl: 'https://app.contoso.com/x' },
      'ENTRADA_BASE_URL',
      /path/,
    ],
    [
      'baseUrl',
      { tenant, clientId, baseUrl: ['https://app.contoso.com', 'http://localhost:3000'] },
      'ENTRADA_BASE_URL',
      /http:\/\/localhost:3000 beside addresses with https/,
    ],
    ['audiences', { tenant, clientId, audiences: [] }, 'ENTRADA_AUDIENCES', /empty/],
    ['audiences', { tenant, clientId, audiences: 'api://größe' }, 'ENTRADA_AUDIENCES', /größe/],
    [
      'authorityHost',
      { tenant, clientId, authorityHost: 'http://evil.example' },
      'AZURE_AUTHORITY_HOST',
      /https/,
    ],
    [
      'graphEndpoint',
      { tenant, clientId, graphEndpoint: 'graph' },
      'ENTRADA_GRAPH_ENDPOINT',
      /origin/,
    ],
  ])(
    'R01 names the option %s and its environment variable in %j',
    (option, options, variable, text) => {
      const fault = faultOf(options)
      expect(fault).toMatchObject({
        option,
        environmentVariable: variable,
        code: 'ERR_ENTRA_CONFIGURATION',
      })
      expect(fault.message).toMatch(text)
      expect(fault.message).toContain(variable)
    },
  )

  it.each([
    [{ tennant: tenant, clientId }, 'tenant'],
    [{ tenant, clientID: clientId }, 'clientId'],
    [{ tenant, clientId, clientSecret: 'x' }, 'credential: { secret }'],
    [{ tenant, clientId, baseURL: 'https://app.contoso.com' }, 'baseUrl'],
    [{ tenant, clientId, audience: 'api://x' }, 'audiences'],
  ])('answers the misspelt option in %j with the right name', (options, meant) => {
    expect(faultOf(options).message).toContain(`Did you mean ${meant}?`)
  })

  it.each(['common', 'organizations'])('does not construct for %s without tenants', (group) => {
    const fault = faultOf({ tenant: group, clientId })
    expect(fault).toMatchObject({ option: 'tenants', environmentVariable: 'ENTRADA_TENANTS' })
    expect(fault.message).toContain("'any'")
    for (const tenants of ['any', [tenant], () => true] as const) {
      expect(settingsOf({ tenant: group, clientId, tenants }, host()).tenants).toBeDefined()
    }
  })

  it('refuses tenants beside a single tenant, because one of them is a mistake', () => {
    expect(faultOf({ tenant, clientId, tenants: 'any' }).message).toContain('Remove tenants')
  })

  it('never shows a secret in a message about it', () => {
    const fault = faultOf({ tenant, clientId, secret: 'tooshort-canary' })
    expect(fault.message).toContain('15 characters')
    expect(fault.message).not.toContain('canary')
  })

  it('recognises the ID of a secret given in place of its value', () => {
    const fault = faultOf({ tenant, clientId, credential: { secret: otherClient } })
    expect(fault.message).toContain('AADSTS7000215')
    expect(fault.message).not.toContain(otherClient)
  })

  it.each([
    [{ secret: '' }, /empty/],
    [{ secret: 'a', certificate: { pem: 'b' } }, /both/],
    [{ certifcate: {} }, /certifcate/],
    [{ certificate: { path: '/missing.pem' } }, /cannot be read/],
    [{ certificate: { pem: 'nothing' } }, /no private key/],
    [
      {
        certificate: {
          pem: '-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----',
        },
      },
      /PKCS#1/,
    ],
    [
      { certificate: { pem: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----' } },
      /no certificate/,
    ],
  ])('explains what is wrong with the credential %j', (credential, text) => {
    expect(faultOf({ tenant, clientId, credential }).message).toMatch(text)
  })

  it('keeps no secret where printing the settings would show it', () => {
    const settings = settingsOf(
      { tenant, clientId, credential: { secret: 'canary-secret' } },
      host(),
    )
    expect(JSON.stringify(settings.credential)).not.toContain('canary')
  })
})

describe('authorities beside the tenant of work accounts', () => {
  it('takes the policy of a B2C tenant, and nobody else’s', () => {
    const b2c = {
      tenant: 'contoso.onmicrosoft.com',
      authorityHost: 'https://contoso.b2clogin.com',
      clientId,
    }
    expect(settingsOf({ ...b2c, policy: 'B2C_1_susi' }, host()).authority.policy).toBe('B2C_1_susi')
    expect(faultOf(b2c).option).toBe('policy')
    expect(faultOf({ tenant, clientId, policy: 'B2C_1_susi' }).option).toBe('policy')
  })

  it('N22 asks for the keys of the registration where it has keys of its own', () => {
    expect(settingsOf({ tenant, clientId, customSigningKeys: true }, host()).signingKeysOf).toBe(
      clientId,
    )
    expect(settingsOf({ tenant, clientId }, host()).signingKeysOf).toBeUndefined()
  })
})
