import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { entra, type EntraOptions } from 'entrada/express'
import { ConfigurationError } from '../../src/protocol/configuration-error.js'
import { EgressRefusedError } from '../../src/protocol/egress-refused-error.js'
import { appCertificate } from '../support/certificates.js'

const contoso = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
const tasksApi = '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10'
const daemon = '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory())
})
afterAll(() => emulator.stop())
afterEach(() => {
  emulator.faults.clear()
  emulator.clearRequests()
})

function daemonWith(options: EntraOptions) {
  return entra({
    tenant: contoso,
    clientId: daemon,
    authorityHost: emulator.origin,
    graphEndpoint: emulator.graphOrigin,
    ...options,
  })
}

function registration() {
  const app = emulator.directory.applications.find(({ appId }) => appId === daemon)
  if (app === undefined) throw new Error('The directory has no daemon.')
  return app
}

describe('tokens of the app itself', () => {
  it('R03 proves itself with a certificate, and with the one that replaced it on disk', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'entrada-'))
    const path = join(folder, 'app.pem')
    try {
      const first = await appCertificate()
      registration().certificates = [first.certificate]
      writeFileSync(path, first.pem)
      const identity = daemonWith({ credential: { certificate: { path } } })
      const token = await identity.forApp().token(`api://${tasksApi}/.default`)
      expect(token.reveal().split('.')).toHaveLength(3)
      expect(emulator.requests.at(-1)).toMatchObject({
        status: 200,
        parameters: {
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: '[redacted]',
        },
      })

      const second = await appCertificate()
      registration().certificates = [second.certificate]
      writeFileSync(path, second.pem)
      await identity.forApp().token(`${tasksApi}/.default`)
      expect(emulator.requests.at(-1)?.status).toBe(200)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('T21 names the fault of a wrong secret, without the secret', async () => {
    const identity = daemonWith({ credential: { secret: 'canary-wrong-secret' } })
    const refusal: unknown = await identity
      .forApp()
      .token()
      .catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'ERR_ENTRA_CREDENTIAL_REJECTED', status: 500 })
    expect(String(refusal)).toContain('AADSTS7000215')
    expect(JSON.stringify(refusal) + String(refusal)).not.toContain('canary')
  })

  it('R04 says which option is missing before it sends anything', () => {
    expect(() => daemonWith({}).forApp()).toThrow(ConfigurationError)
    expect(() => daemonWith({}).forApp()).toThrow(/AZURE_CLIENT_SECRET/)
    expect(emulator.requests).toHaveLength(0)
  })

  it('R31 refuses named permissions and several tenants locally', async () => {
    const identity = daemonWith({ credential: { secret: 's' } })
    await expect(identity.forApp().token('Mail.Read')).rejects.toMatchObject({ aadsts: 1002012 })
    const multi = daemonWith({
      tenant: 'organizations',
      tenants: 'any',
      credential: { secret: 's' },
    })
    await expect(multi.forApp().token()).rejects.toMatchObject({ aadsts: 9001023 })
    expect(emulator.requests).toHaveLength(0)
  })

  it('R06 refuses /me for an app locally, and says why', async () => {
    const { graph } = daemonWith({ credential: { secret: 's' } }).forApp()
    await expect(graph.get('/me/messages')).rejects.toThrow(EgressRefusedError)
    await expect(graph.get('/v1.0/me')).rejects.toThrow(/app-only token/)
    expect(emulator.requests).toHaveLength(0)
  })

  it.each([
    'http://api.contoso.example/tasks',
    'https://user:password@graph.microsoft.com/v1.0/users',
    'https://graph.microsoft.com.evil.example/v1.0/users',
  ])('R43 sends no token to %s', async (url) => {
    const { fetch } = daemonWith({ credential: { secret: 's' } }).forApp()
    await expect(fetch(url)).rejects.toThrow(EgressRefusedError)
    expect(emulator.requests).toHaveLength(0)
  })
})

describe('two instances in one program', () => {
  it('keep their tokens apart', async () => {
    const secret = registration().secrets?.[0]
    const one = daemonWith({ credential: { secret } })
    const two = daemonWith({ credential: { secret } })
    await one.forApp().token(`api://${tasksApi}/.default`)
    await one.forApp().token(`api://${tasksApi}/.default`)
    await two.forApp().token(`api://${tasksApi}/.default`)
    expect(emulator.requests.filter(({ endpoint }) => endpoint === 'token')).toHaveLength(2)
  })
})
