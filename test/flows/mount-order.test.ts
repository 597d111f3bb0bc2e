import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals'
import express, { Router, type Express } from 'express'
import session from 'express-session'
import type { EntraEvent } from 'entrada'
import type { Emulator } from 'entrada/emulator'
import { entra } from 'entrada/express'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { createUserAgent, signIn } from '../support/user-agent.js'
import { ada } from './arrival.js'
import { contosoId, secret, startConsentedEmulator, webAppId } from './web-app.js'

let emulator: Emulator
let app: Express
let server: LoopbackServer
const events: EntraEvent[] = []

beforeAll(async () => {
  emulator = await startConsentedEmulator()
})
afterAll(() => emulator.stop())
beforeEach(async () => {
  app = express()
  app.set('env', 'test') // Express prints unhandled errors in other environments
  server = await serve(app)
})
afterEach(async () => {
  await server.stop()
  events.length = 0
})

const sessions = () => session({ secret: 'another', resave: false, saveUninitialized: false })
const identityHere = () =>
  entra({
    tenant: contosoId,
    clientId: webAppId,
    credential: { secret: 'web-app-secret-for-the-emulator-only' },
    authorityHost: emulator.origin,
    baseUrl: server.origin,
    secret,
    onEvent: (event) => events.push(event),
  })

it('session middleware that is mounted after signIn() is no outage of its store', async () => {
  const identity = identityHere()
  app.use(identity.signIn({ scopes: ['User.Read'] }))
  app.use(sessions())
  app.get('/', identity.requireSignIn(), (_request, response) => response.send('in'))
  app.use(identity.errors())
  const page = await signIn(createUserAgent(), `${server.origin}/`, ada)
  expect(page.status).toBe(500)
  expect(events.at(-1)).toMatchObject({
    type: 'sign-in-failed',
    message: expect.stringContaining('before identity.signIn()'),
  })
})

it('signIn() on a router below a path is warned of once, unless its routes are there', async () => {
  const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const here = { login: '/a/login', callback: '/a/callback' }
  const there = { ...here, logout: '/a/logout', frontChannelLogout: '/a/out' }
  app.use(sessions())
  app.use('/app', Router().use(identityHere().signIn({})))
  app.use('/a', Router().use(identityHere().signIn({ routes: there })))
  app.use(
    '/a/login',
    identityHere().adminConsent({ routes: { start: '/a/login', callback: '/a/login/back' } }),
  )
  for (const path of ['/app/x', '/app/y', '/a/x', '/A/x', '/a/login'])
    await fetch(server.origin + path)
  const warnings = emitted.mock.calls.map(([message]) => String(message))
  emitted.mockRestore()
  expect(warnings.filter((text) => text.includes('below another path'))).toEqual([
    expect.stringMatching(/answers \/auth\/login, /),
  ])
})
