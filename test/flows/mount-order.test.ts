import { afterAll, beforeAll, expect, it } from '@jest/globals'
import express from 'express'
import session from 'express-session'
import type { EntraEvent } from 'entrada'
import type { Emulator } from 'entrada/emulator'
import { entra } from 'entrada/express'
import { serve } from '../support/loopback-server.js'
import { createUserAgent, signIn } from '../support/user-agent.js'
import { ada } from './arrival.js'
import { contosoId, secret, startConsentedEmulator, webAppId } from './web-app.js'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startConsentedEmulator()
})
afterAll(() => emulator.stop())

it('session middleware that is mounted after signIn() is no outage of its store', async () => {
  const app = express()
  app.set('env', 'test') // Express prints unhandled errors in other environments
  const server = await serve(app)
  const events: EntraEvent[] = []
  const identity = entra({
    tenant: contosoId,
    clientId: webAppId,
    credential: { secret: 'web-app-secret-for-the-emulator-only' },
    authorityHost: emulator.origin,
    baseUrl: server.origin,
    secret,
    onEvent: (event) => events.push(event),
  })
  app.use(identity.signIn({ scopes: ['User.Read'] }))
  app.use(session({ secret: 'another', resave: false, saveUninitialized: false }))
  app.get('/', identity.requireSignIn(), (_request, response) => response.send('in'))
  app.use(identity.errors())
  const page = await signIn(createUserAgent(), `${server.origin}/`, ada)
  await server.stop()
  expect(page.status).toBe(500)
  expect(events.at(-1)).toMatchObject({
    type: 'sign-in-failed',
    message: expect.stringContaining('before identity.signIn()'),
  })
})
