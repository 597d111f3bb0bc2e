import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import express from 'express'
import session from 'express-session'
import type { EntraEvent } from 'entrada'
import type { Emulator } from 'entrada/emulator'
import { entra, type SignInOptions } from 'entrada/express'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { createUserAgent, signIn, type UserAgent } from '../support/user-agent.js'
import { ada } from './arrival.js'
import { withClaims } from './tampering.js'
import { contosoId, secret, startConsentedEmulator, webAppId } from './web-app.js'

let emulator: Emulator
const servers: LoopbackServer[] = []

beforeAll(async () => {
  emulator = await startConsentedEmulator()
})
afterAll(() => emulator.stop())
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()))
  emulator.clearRequests()
})

type Kind = NonNullable<SignInOptions['session']>
type AfterSignIn = NonNullable<SignInOptions['afterSignIn']>

async function start(kind: Kind, afterSignIn: AfterSignIn, send = fetch) {
  const events: EntraEvent[] = []
  const app = express()
  app.set('env', 'test') // Express prints unhandled errors in other environments
  const server = await serve(app)
  servers.push(server)
  const identity = entra({
    tenant: contosoId,
    clientId: webAppId,
    credential: { secret: 'web-app-secret-for-the-emulator-only' },
    authorityHost: emulator.origin,
    graphEndpoint: emulator.graphOrigin,
    baseUrl: server.origin,
    secret,
    fetch: send,
    onEvent: (event) => events.push(event),
  })
  if (kind === 'framework') {
    app.use(session({ secret: 'tests', resave: false, saveUninitialized: false }))
  }
  app.use(identity.signIn({ scopes: 'User.Read', session: kind, afterSignIn }))
  app.get('/', (request, response) => {
    response.json(identity.accountIfAny(request)?.details ?? 'nobody')
  })
  app.get('/token', identity.requireSignIn(), async (request, response) => {
    response.json((await identity.forUser(request).token('User.Read')).scopes)
  })
  app.use(identity.errors())
  return { origin: server.origin, agent: createUserAgent(), events }
}

const tokenCalls = () => emulator.requests.filter(({ endpoint }) => endpoint === 'token').length
const seenBy = async (agent: UserAgent, origin: string): Promise<unknown> =>
  JSON.parse((await agent.get(`${origin}/`)).html)

describe.each(['framework', 'cookie'] as const)('afterSignIn, with a %s session', (kind) => {
  it('keeps what it answers with the account', async () => {
    const { origin, agent } = await start(kind, ({ objectId }) =>
      Promise.resolve({ plan: 'gold', of: objectId, since: new Date(0), more: undefined }),
    )
    await signIn(agent, `${origin}/auth/login`, ada)
    const details = {
      plan: 'gold',
      of: '3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11',
      since: '1970-01-01T00:00:00.000Z',
    }
    expect(await seenBy(agent, origin)).toEqual(details)
  })

  it('is told of home account and session, and nothing that the ID token says about itself', async () => {
    // Without sid, the session is known from session_state alone.
    const { origin, agent } = await start(
      kind,
      ({ homeAccountId, sessionId, claims }) => ({
        homeAccountId,
        hasSession: sessionId !== undefined,
        issuer: claims['iss'] ?? 'left out',
      }),
      withClaims(emulator, { sid: undefined }),
    )
    await signIn(agent, `${origin}/auth/login`, ada)
    expect(await seenBy(agent, origin)).toEqual({
      homeAccountId: `3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11.${contosoId}`,
      hasSession: true,
      issuer: 'left out',
    })
  })

  it('asks anew at each sign-in', async () => {
    let count = 0
    const { origin, agent } = await start(kind, () => ({ count: (count += 1) }))
    await signIn(agent, `${origin}/auth/login`, ada)
    await signIn(agent, `${origin}/auth/login`, ada)
    expect(await seenBy(agent, origin)).toEqual({ count: 2 })
  })

  it('may ask Graph as the user, with a token that then is in the session', async () => {
    const { origin, agent } = await start(kind, async (_account, user) => {
      const { displayName } = await user.graph.get<{ displayName: string }>('/me', {
        scopes: 'User.Read',
      })
      return { displayName }
    })
    await signIn(agent, `${origin}/auth/login`, ada)
    expect(await seenBy(agent, origin)).toEqual({ displayName: 'Ada Example' })
    const before = tokenCalls()
    expect((await agent.get(`${origin}/token`)).html).toContain('User.Read')
    expect(tokenCalls()).toBe(before)
  })

  it.each([undefined, true, {}])('lets in with %j, which adds nothing', async (answer) => {
    const { origin, agent } = await start(kind, () => answer)
    await signIn(agent, `${origin}/auth/login`, ada)
    expect(await seenBy(agent, origin)).toEqual({})
  })

  it('refuses with false', async () => {
    const { origin, agent } = await start(kind, () => false)
    const page = await signIn(agent, `${origin}/auth/login`, ada)
    expect([page.status, page.html.includes('No access')]).toEqual([403, true])
    expect(await seenBy(agent, origin)).toBe('nobody')
  })

  it.each([null, 0, '', 'yes', []])('lets nobody in with %j', async (answer) => {
    // JavaScript programs are not held by the type.
    const { origin, agent, events } = await start(kind, () => answer as never)
    const page = await signIn(agent, `${origin}/auth/login`, ada)
    expect(page.status).toBe(500)
    expect(await seenBy(agent, origin)).toBe('nobody')
    expect(events.at(-1)).toMatchObject({
      type: 'sign-in-failed',
      message: expect.stringContaining('afterSignIn answered'),
    })
  })
})

describe('afterSignIn that answers more than a cookie holds', () => {
  it('S13 is told at the sign-in, and nobody is signed in with a part of it', async () => {
    const { origin, agent, events } = await start('cookie', () => ({ notes: 'x'.repeat(4_000) }))
    const page = await signIn(agent, `${origin}/auth/login`, ada)
    expect(page.status).toBe(500)
    expect(agent.cookies.valueOf(origin, 'entrada-session.5e7f2d91')).toBeUndefined()
    expect(await seenBy(agent, origin)).toBe('nobody')
    expect(events.at(-1)).toMatchObject({
      type: 'sign-in-failed',
      message: expect.stringContaining('Let afterSignIn answer less'),
    })
  })
})
