import express from 'express'
import session from 'express-session'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { entra } from 'entrada/express'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { createUserAgent, signIn } from '../support/user-agent.js'

const contoso = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
const webApp = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'

/** The clouds with the host they sign in at and the host their Graph is at. */
const clouds = [
  ['the global cloud', 'https://login.microsoftonline.com', 'https://graph.microsoft.com'],
  ['US Government', 'https://login.microsoftonline.us', 'https://graph.microsoft.us'],
  ['China', 'https://login.partner.microsoftonline.cn', 'https://microsoftgraph.chinacloudapi.cn'],
] as const

describe.each(clouds)('signing in at %s', (_name, authorityHost, graphHost) => {
  let emulator: Emulator
  let app: LoopbackServer
  const listener = express()

  beforeAll(async () => {
    emulator = await startEmulator(contosoDirectory(), { publicOrigin: authorityHost })
    app = await serve(listener)
  })
  afterAll(async () => {
    await app.stop()
    await emulator.stop()
  })

  /** Microsoft's hosts are the emulator's listeners here. */
  const toEmulator: typeof fetch = (input, init) => {
    const address = input instanceof Request ? input.url : String(input)
    const local = address
      .replace(authorityHost, emulator.listening)
      .replace(graphHost, emulator.graphOrigin)
    return fetch(local, init)
  }

  it('works through organizations and calls the Graph of that cloud', async () => {
    const identity = entra({
      tenant: 'organizations',
      tenants: [contoso],
      clientId: webApp,
      credential: { secret: 'web-app-secret-for-the-emulator-only' },
      authorityHost,
      baseUrl: app.origin,
      secret: 'a-secret-for-the-national-cloud-tests',
      fetch: toEmulator,
    })
    listener.use(session({ secret: 'national', resave: false, saveUninitialized: false }))
    listener.use(identity.signIn({ scopes: ['User.Read'] }))
    listener.get('/me', identity.requireToken('User.Read'), async (request, response) => {
      response.json(await identity.forUser(request).graph.get('/me'))
    })
    const browser = createUserAgent({
      map: { [new URL(authorityHost).host]: emulator.listening },
    })

    const page = await signIn(browser, `${app.origin}/me`, { user: 'ada@contoso.example' })
    expect(page.url).toBe(`${app.origin}/me`)
    expect(JSON.parse(page.html)).toMatchObject({ displayName: 'Ada Example' })
    const scopes = emulator.requests
      .filter(({ endpoint }) => endpoint === 'authorize')
      .map(({ parameters }) => parameters['scope'])
    expect(scopes[0]).toContain(`${graphHost}/User.Read`)
  })
})
