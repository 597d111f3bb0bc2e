import forms from '@fastify/formbody'
import fastify, { type FastifyInstance } from 'fastify'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { entra, type EntraOptions } from 'entrada/fastify'
import { adaId, contosoId, tasksApiId, webAppId } from '../support/identity-app.js'

let emulator: Emulator
const apps: FastifyInstance[] = []

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory())
})
afterAll(() => emulator.stop())
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()))
})

function appWith(options: EntraOptions = {}) {
  const app = fastify()
  apps.push(app)
  const identity = entra({
    tenant: contosoId,
    clientId: tasksApiId,
    authorityHost: emulator.origin,
    ...options,
  })
  return { app, identity }
}

const webApp: EntraOptions = {
  clientId: webAppId,
  credential: { secret: 'web-app-secret-for-the-emulator-only' },
  baseUrl: 'http://localhost:3000',
  secret: 'a-secret-of-the-fastify-tests-with-32-characters',
}

async function bearer(...scopes: string[]) {
  const token = await emulator.mintToken({
    resource: tasksApiId,
    client: webAppId,
    user: adaId,
    scopes,
  })
  return { authorization: `Bearer ${token}` }
}

describe('a guard on Fastify', () => {
  it.each(['onRequest', 'preValidation', 'preHandler'] as const)(
    'stands in a route as %s, in front of its handler and behind a body parser',
    async (hook) => {
      const { app, identity } = appWith()
      app.register(forms)
      app.post('/tasks', { [hook]: identity.requireScopes('Tasks.Read') }, (request) => ({
        caller: identity.caller(request).objectId,
        body: request.body,
      }))
      const call = async (headers: Record<string, string>) =>
        app.inject({ method: 'POST', url: '/tasks', headers: { ...headers, ...form }, body: 'a=b' })
      const form = { 'content-type': 'application/x-www-form-urlencoded' }
      const refused = await call(await bearer('access_as_user'))
      expect(refused.statusCode).toBe(403)
      expect(refused.headers['www-authenticate']).toContain('scope="Tasks.Read"')
      const answer = await call(await bearer('Tasks.Read'))
      expect(answer.json()).toEqual({ caller: adaId, body: { a: 'b' } })
    },
  )

  it('guards every route of a context as its hook, and none outside of it', async () => {
    const { app, identity } = appWith()
    app.register((context, _options, done) => {
      context.addHook('onRequest', identity.requireScopes('Tasks.Read'))
      context.get('/inside', () => 'in')
      done()
    })
    app.get('/outside', (request) => identity.callerIfAny(request) ?? 'nobody')
    expect((await app.inject('/inside')).statusCode).toBe(401)
    expect((await app.inject('/outside')).body).toBe('nobody')
    const headers = await bearer('Tasks.Read')
    expect((await app.inject({ url: '/inside', headers })).body).toBe('in')
  })

  it('leaves an error to Fastify when the answer has begun', async () => {
    const { app, identity } = appWith()
    app.get('/stream', async (request, reply) => {
      reply.hijack()
      reply.raw.write('begun')
      const missing = await identity
        .requireScopes('Tasks.Read')(request, reply)
        .catch((error: unknown) => error)
      const left = await identity
        .errors()(missing, request, reply)
        .catch((error: unknown) => error)
      reply.raw.end(left === missing ? ', left' : ', answered')
    })
    expect((await app.inject('/stream')).body).toBe('begun, left')
  })
})

describe('signIn() on Fastify', () => {
  it('is a plugin whose routes the router knows, beside a handler for unknown paths', async () => {
    const { app, identity } = appWith(webApp)
    app.register(identity.signIn({ session: 'cookie' }))
    app.setNotFoundHandler((_request, reply) => reply.code(404).send('not here'))
    await app.ready()
    expect(app.hasRoute({ method: 'POST', url: '/auth/callback' })).toBe(true)
    expect(app.hasPlugin('entrada')).toBe(true)
    expect((await app.inject('/auth/login')).headers.location).toContain(emulator.origin)
    expect((await app.inject('/elsewhere')).body).toBe('not here')
  })

  it('knows who is signed in on the routes of its context, before and after it, and nowhere else', async () => {
    const { app, identity } = appWith(webApp)
    const answer = (request: Parameters<typeof identity.accountIfAny>[0]) =>
      identity.accountIfAny(request) ?? 'nobody'
    app.get('/before', { onRequest: identity.requireSignIn() }, answer)
    app.register(identity.signIn({ session: 'cookie' }))
    app.get('/after', { onRequest: identity.requireSignIn() }, answer)
    for (const url of ['/before', '/after']) {
      const page = await app.inject({ url, headers: { accept: 'text/html' } })
      expect([url, page.statusCode]).toEqual([url, 302])
    }
  })

  it('does not start under a prefix that its routes are not under, and says which', async () => {
    const { app, identity } = appWith(webApp)
    app.register(
      (context, _options, done) => {
        context.register(identity.signIn({ session: 'cookie' }))
        done()
      },
      { prefix: '/portal' },
    )
    await expect(app.ready()).rejects.toThrow(
      /\/auth\/login .*under the prefix \/portal.*\/portal\/auth\/login/,
    )
  })
})

describe('a connection that changes protocols on Fastify', () => {
  it('is read from the raw request and from what @fastify/websocket gives its handler', async () => {
    const { app, identity } = appWith(webApp)
    app.register(identity.signIn({ session: 'cookie' }))
    app.get('/socket', async (request) => {
      const codes = await Promise.all(
        [request, request.raw].map((one) =>
          identity.accountOfUpgrade(one).catch((error: unknown) => error),
        ),
      )
      return codes
    })
    const headers = { origin: 'https://evil.example', host: 'localhost:3000' }
    const forged = { code: 'ERR_ENTRA_FORGED_REQUEST' }
    expect((await app.inject({ url: '/socket', headers })).json()).toMatchObject([forged, forged])
  })
})
