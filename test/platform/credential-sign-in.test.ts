import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import type { EntraOptions } from 'entrada/express'
import { pageRoutes, webApps } from '../contract/web-app.js'
import { appCertificate, type AppCertificate } from '../support/certificates.js'
import { contosoId, registrationOf } from '../support/daemon.js'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { createUserAgent, signIn } from '../support/user-agent.js'

const webAppId = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
const ada = { user: 'ada@contoso.example' }

let emulator: Emulator
let server: LoopbackServer
let certificate: AppCertificate

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory())
  certificate = await appCertificate()
  registrationOf(emulator, webAppId).certificates = [certificate.certificate]
})
afterAll(() => emulator.stop())
afterEach(async () => {
  emulator.clearRequests()
  await server.stop()
})

async function appWith(credential: EntraOptions['credential']): Promise<string> {
  const [express] = webApps
  server = await serve((request, response) => listener?.(request, response))
  const listener = express?.mount({
    entra: {
      tenant: contosoId,
      clientId: webAppId,
      credential,
      authorityHost: emulator.origin,
      graphEndpoint: emulator.graphOrigin,
      baseUrl: server.origin,
      secret: 'a-secret-of-the-credential-tests-32-chars',
    },
    signIn: { scopes: ['User.Read'] },
  })
  return `${server.origin}${pageRoutes.private}`
}

const tokenRequests = () =>
  emulator.requests
    .filter(({ endpoint }) => endpoint === 'token')
    .map(({ parameters, status }) => [parameters['grant_type'], status])

describe('signing in', () => {
  it('R03 redeems the same code with the next credential when the first is rejected', async () => {
    const url = await appWith([
      { secret: 'expired long ago' },
      { certificate: { pem: certificate.pem } },
    ])
    const page = await signIn(createUserAgent(), url, ada)
    expect(page.html).toContain('Ada Example')
    expect(tokenRequests()).toEqual([
      ['authorization_code', 401],
      ['authorization_code', 200],
    ])
  })

  it('T21 sends a rejected secret once, however many people try', async () => {
    const url = await appWith({ secret: 'canary-wrong' })
    for (let person = 0; person < 3; person += 1) {
      const page = await signIn(createUserAgent(), url, ada)
      expect(page.status).toBe(500)
      expect(page.html).not.toContain('canary')
    }
    expect(tokenRequests()).toEqual([['authorization_code', 401]])
  })
})
