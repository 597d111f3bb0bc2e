import { describe, expect, it } from '@jest/globals'
import type { Host } from '../../src/host/host.js'
import type { EntraOptions } from '../../src/middleware/entra-options.js'
import { settingsOf } from '../../src/middleware/settings.js'
import { ConfigurationError } from '../../src/protocol/configuration-error.js'
import { metadataPathOf, metadataUrlOf } from '../../src/protocol/protected-resource.js'

const options = {
  tenant: '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77',
  clientId: '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10',
}

function host(environment: Record<string, string> = {}): Host {
  return {
    environment,
    readFile: () => {
      throw new Error('no such file')
    },
    warn: () => undefined,
  }
}

function faultOf(wrong: unknown): unknown {
  try {
    settingsOf({ ...options, ...(wrong as EntraOptions) }, host()) // what JavaScript programs can write
    return undefined
  } catch (error) {
    return error
  }
}

describe('the public address of an API', () => {
  it.each([
    ['https://api.contoso.com', '/.well-known/oauth-protected-resource'],
    ['https://api.contoso.com/', '/.well-known/oauth-protected-resource'],
    ['https://api.contoso.com/tasks', '/.well-known/oauth-protected-resource/tasks'],
    ['https://api.contoso.com:8443/a/b/', '/.well-known/oauth-protected-resource/a/b/'],
    ['http://localhost:3000', '/.well-known/oauth-protected-resource'],
  ])('%s is kept to the letter and gives the address of the metadata', (resourceUrl, path) => {
    const settings = settingsOf({ ...options, resourceUrl }, host())
    const address = new URL(resourceUrl).origin + path
    expect(settings.resourceUrl).toBe(resourceUrl)
    expect(settings.challenge).toEqual({ resourceMetadata: address })
    expect(metadataPathOf(resourceUrl)).toBe(path)
    expect(metadataUrlOf(resourceUrl)).toBe(address)
  })

  it('comes from the environment too, and without it challenges lead nowhere', () => {
    const environment = { ENTRADA_RESOURCE_URL: 'https://api.contoso.com' }
    expect(settingsOf(options, host(environment)).resourceUrl).toBe('https://api.contoso.com')
    expect(settingsOf(options, host())).toMatchObject({ resourceUrl: undefined, challenge: {} })
  })

  it.each([
    'http://api.contoso.com',
    'api.contoso.com',
    '/tasks',
    '',
    'https://api.contoso.com/tasks?version=1',
    'https://api.contoso.com/tasks#top',
    'https://api.contoso.com/tasks?',
    'https://ada:secret@api.contoso.com',
    'https://API.contoso.com',
    'https://api.contoso.com:443',
    'https://api.contoso.com/a/../b',
    'https://api.contoso.com/"',
    'https://api.contoso.com/tâches',
    'https://api.contoso.com/ ',
    'https://api.contoso.com\\tasks',
    42,
    ['https://api.contoso.com'],
  ])('is refused as %j', (resourceUrl) => {
    const fault = faultOf({ resourceUrl })
    expect(fault).toBeInstanceOf(ConfigurationError)
    expect(fault).toMatchObject({
      option: 'resourceUrl',
      environmentVariable: 'ENTRADA_RESOURCE_URL',
      message: expect.stringContaining('Expected the public address of this API'),
    })
  })
})

describe('the listener of events', () => {
  it('is a function', () => {
    expect(faultOf({ onEvent: 'console' })).toMatchObject({
      option: 'onEvent',
      message: expect.stringContaining('Expected a function'),
    })
    expect(faultOf({ onEvent: () => undefined })).toBeUndefined()
  })
})

describe('how much an answer tells', () => {
  it.each([
    [{}, 'explanation'],
    [{ NODE_ENV: 'development' }, 'explanation'],
    [{ NODE_ENV: 'production' }, 'code'],
  ] as const)('with %j is the %s', (environment, detail) => {
    expect(settingsOf(options, host(environment)).errorDetail).toBe(detail)
  })
})
