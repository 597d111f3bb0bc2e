import express from 'express'
import session from 'express-session'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import supertest from 'supertest'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { entra } from 'entrada/express'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { plainFetch } from '../support/plain-fetch.js'
import { createUserAgent, signIn } from '../support/user-agent.js'

const contoso = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
const webApp = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
const tasksApi = '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10'
const adaId = '3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11'

let emulator: Emulator
let server: LoopbackServer

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory())
  const app = express()
  server = await serve(app)
  const platform = {
    tenant: contoso,
    authorityHost: emulator.origin,
    graphEndpoint: emulator.graphOrigin,
  }
  const api = entra({ ...platform, clientId: tasksApi })
  app.get('/api/tasks', api.requireScopes('Tasks.Read'), (request, response) => {
    response.json({ owner: api.caller(request).objectId })
  })

  const identity = entra({
    ...platform,
    clientId: webApp,
    credential: { secret: 'web-app-secret-for-the-emulator-only' },
    baseUrl: server.origin,
    secret: 'a-secret-of-the-supertest-flows-32-characters',
  })
  app.use(session({ secret: 'supertest', resave: false, saveUninitialized: false }))
  app.use(identity.signIn({ scopes: ['User.Read'] }))
  app.get('/private', identity.requireSignIn(), (request, response) => {
    response.json({ name: identity.account(request).name })
  })
  app.use(identity.errors())
})
afterAll(async () => {
  await server.stop()
  await emulator.stop()
})

/** Goes through the emulator's pages, and stops where the browser is sent back to the app. */
async function callbackAfter(authorizeUrl: string): Promise<string> {
  const browser = createUserAgent({
    fetch: (input, init) => {
      const url = input instanceof Request ? input.url : String(input)
      return url.startsWith(server.origin)
        ? Promise.resolve(new Response('back at the app'))
        : plainFetch(input, init)
    },
  })
  const { url } = await signIn(browser, authorizeUrl, { user: 'ada@contoso.example' })
  return url.slice(server.origin.length)
}

describe('an app under supertest', () => {
  it('protects its API', async () => {
    const mint = (...scopes: string[]) =>
      emulator.mintToken({ resource: tasksApi, client: webApp, user: adaId, scopes })
    const app = supertest(server.origin)
    await app.get('/api/tasks').expect(401).expect('www-authenticate', 'Bearer')
    await app
      .get('/api/tasks')
      .auth(await mint('Tasks.Write'), { type: 'bearer' })
      .expect(403)
      .expect('www-authenticate', /error="insufficient_scope".*scope="Tasks.Read"/)
    await app
      .get('/api/tasks')
      .auth(await mint('Tasks.Read'), { type: 'bearer' })
      .expect(200, { owner: adaId })
  })

  it('signs an agent in, and out again', async () => {
    const agent = supertest.agent(server.origin)
    await agent.get('/private').expect(401)
    const started = await agent.get('/private').set('accept', 'text/html').expect(302)
    const callback = await callbackAfter(String(started.headers['location']))
    await agent.get(callback).expect(303).expect('location', '/private')
    await agent.get('/private').expect(200, { name: 'Ada Example' })

    const signedOut = await agent
      .post('/auth/logout')
      .set({ accept: 'text/html', 'sec-fetch-site': 'same-origin' })
      .expect(303)
    expect(signedOut.headers['location']).toContain(`${emulator.authority}/oauth2/v2.0/logout`)
    await agent.get('/private').expect(401)
  })
})
