import express from 'express'
import session from 'express-session'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startEmulator, type Emulator } from 'entrada/emulator'
import { entra } from 'entrada/express'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { createUserAgent, signIn } from '../support/user-agent.js'
import { withIssuers } from './tampering.js'
import { consentedDirectory, contosoId, webAppId } from './web-app.js'

const host = 'https://contoso.ciamlogin.com'

// The subdomain's tenant may be named by its GUID or by its domain.
describe.each([contosoId, 'contoso.onmicrosoft.com'])('an External ID tenant, as %s', (tenant) => {
  let emulator: Emulator
  let app: LoopbackServer
  const listener = express()

  beforeAll(async () => {
    emulator = await startEmulator(consentedDirectory(), { publicOrigin: host })
    app = await serve(listener)
  })
  afterAll(async () => {
    await app.stop()
    await emulator.stop()
  })

  const toEmulator: typeof fetch = (input, init) => {
    const address = input instanceof Request ? input.url : String(input)
    return fetch(address.replace(host, emulator.listening), init)
  }

  it('signs in, although its issuer names the tenant and not the subdomain in the host', async () => {
    const { send, issuers } = withIssuers(toEmulator)
    const identity = entra({
      tenant,
      authorityHost: host,
      clientId: webAppId,
      credential: { secret: 'web-app-secret-for-the-emulator-only' },
      baseUrl: app.origin,
      secret: 'a-secret-for-the-external-id-tests-32-chars',
      fetch: send,
    })
    listener.use(session({ secret: 'external', resave: false, saveUninitialized: false }))
    listener.use(identity.signIn())
    listener.get('/me', identity.requireSignIn(), (request, response) => {
      response.json(identity.account(request))
    })
    const browser = createUserAgent({ map: { [new URL(host).host]: emulator.listening } })
    const page = await signIn(browser, `${app.origin}/me`, { user: 'ada@contoso.example' })
    expect(JSON.parse(page.html)).toMatchObject({ tenantId: contosoId })
    expect(issuers).toEqual([`https://${contosoId}.ciamlogin.com/${contosoId}/v2.0`])
    const hosts = browser.history.map(({ url }) => new URL(url).host)
    expect(hosts).toContain('contoso.ciamlogin.com')
    expect(hosts).not.toContain('login.microsoftonline.com')
  })
})
