import type { RequestListener } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { RedisStore } from 'connect-redis'
import express from 'express'
import session from 'express-session'
import { createClient, type RedisClientType } from 'redis'
import type { Emulator } from 'entrada/emulator'
import { entra, type ExpressIdentity } from 'entrada/express'
import { redisTokenStore } from 'entrada/redis'
import { serve, type LoopbackServer } from '../support/loopback-server.js'
import { redisServer, startRedis, type RunningRedis } from '../support/redis.js'
import { describeWithService } from '../support/services.js'
import { createUserAgent, signIn, type Page, type UserAgent } from '../support/user-agent.js'
import { ada, createHaltingAgent } from './arrival.js'
import { adaId, contosoId, secret, startConsentedEmulator, webAppId } from './web-app.js'

interface Process {
  readonly identity: ExpressIdentity
  readonly listener: RequestListener
  stop(): void
}

/** Two processes of one app, each with connections of its own; a request goes to the one whose turn it is. */
describeWithService(redisServer, 'two processes with sessions and sign-outs on Redis', () => {
  let emulator: Emulator
  let redis: RunningRedis
  let server: LoopbackServer
  let processes: readonly Process[] = []
  let turn = 0
  let slowRequest: { begin(): void; end: Promise<void> } | undefined

  beforeAll(async () => {
    emulator = await startConsentedEmulator()
    redis = await startRedis()
    server = await serve((request, response) => {
      const wanted = Number(request.headers['x-process'] ?? turn)
      processes[wanted]?.listener(request, response)
    })
    processes = [await process(), await process()]
  })
  afterAll(async () => {
    await server.stop()
    for (const one of processes) one.stop()
    await redis.stop()
    await emulator.stop()
  })
  beforeEach(() => {
    turn = 0
  })
  afterEach(() => {
    emulator.clearRequests()
  })

  async function process(): Promise<Process> {
    const client = createClient({ url: redis.url, disableOfflineQueue: true })
    client.on('error', () => undefined)
    await client.connect()
    const identity = entra({
      tenant: contosoId,
      clientId: webAppId,
      credential: { secret: 'web-app-secret-for-the-emulator-only' },
      authorityHost: emulator.origin,
      baseUrl: server.origin,
      secret,
      store: redisTokenStore({ client }),
    })
    const app = express()
    app.set('env', 'test') // Express prints unhandled errors in other environments
    const store = new RedisStore({ client })
    app.use(session({ store, secret: 'processes', resave: false, saveUninitialized: false }))
    app.use(identity.signIn({ scopes: ['User.Read'] }))
    app.get('/', (request, response) => {
      response.json(identity.accountIfAny(request)?.name ?? null)
    })
    app.get('/token', identity.requireSignIn(), async (request, response) => {
      response.json((await identity.forUser(request).token('User.Read')).reveal())
    })
    app.get('/slow', async (request, response) => {
      Object.assign(request.session, { slow: true })
      slowRequest?.begin()
      await slowRequest?.end
      response.json('saved')
    })
    app.use(identity.errors())
    return { identity, listener: app, stop: () => client.destroy() }
  }

  const nameSeenBy = async (agent: UserAgent, process: number): Promise<unknown> => {
    turn = process
    return JSON.parse((await agent.get(`${server.origin}/`)).html)
  }
  async function withRedis<Value>(work: (client: RedisClientType) => Promise<Value>) {
    const client: RedisClientType = createClient({ url: redis.url })
    await client.connect()
    try {
      return await work(client)
    } finally {
      client.destroy()
    }
  }
  const redisKeys = () => withRedis((client) => client.keys('*'))
  const forget = (keys: string[]) => withRedis((client) => client.del(keys))

  /** A copy of the cookies, for a request beside the browser's own. */
  const headersOf = (agent: UserAgent) => {
    const cookies = agent.cookies.all().map(({ name, value }) => `${name}=${value}`)
    return { cookie: cookies.join('; ') }
  }
  async function signedIn(user = ada.user): Promise<UserAgent> {
    const agent = createUserAgent()
    await signIn(agent, `${server.origin}/auth/login`, { user })
    expect(await nameSeenBy(agent, 1)).toMatch(/Example|Grace/)
    turn = 0
    return agent
  }

  it('L10 ten identical callbacks in both are one token call, and all end signed in', async () => {
    const agent = createHaltingAgent()
    const callback = await agent.arrive(server, '/auth/login?returnTo=/')
    emulator.clearRequests()
    const pages: Promise<Page>[] = []
    const headers = headersOf(agent)
    for (let number = 0; number < 10; number += 1) {
      const process = { 'x-process': String(number % 2) }
      pages.push(createUserAgent().step(callback, { headers: { ...headers, ...process } }))
    }
    for (const page of await Promise.all(pages)) {
      const id = page.headers.getSetCookie().find((one) => one.startsWith('connect.sid='))
      expect([page.status, page.headers.get('location')]).toEqual([303, '/'])
      const headers = { cookie: id?.split(';')[0] ?? '' }
      const home = await createUserAgent().step(`${server.origin}/`, { headers })
      expect(home.html).toBe('"Ada Example"')
    }
    expect(emulator.requests.filter(({ endpoint }) => endpoint === 'token')).toHaveLength(1)
  })

  it('T05 the tokens of a sign-in are there in both, sealed, and for no longer than it may last', async () => {
    const before = new Set(await redisKeys())
    const agent = await signedIn()
    const added = (await redisKeys()).filter((key) => key.startsWith('sess:') && !before.has(key))
    emulator.clearRequests()
    const tokenIn = async (process: number): Promise<unknown> => {
      turn = process
      return JSON.parse((await agent.get(`${server.origin}/token`)).html)
    }
    const token = await tokenIn(0)
    expect(await tokenIn(1)).toBe(token)
    expect(emulator.requests.filter(({ endpoint }) => endpoint === 'token')).toEqual([])
    expect(added).toHaveLength(2)
    await withRedis(async (client) => {
      for (const key of added) {
        expect(await client.get(key)).not.toContain(token)
        expect(await client.ttl(key)).toBeGreaterThan(0)
        expect(await client.ttl(key)).toBeLessThanOrEqual(7 * 24 * 3_600)
      }
    })
    turn = 1
    await agent.submit(await agent.get(`${server.origin}/auth/logout`))
    expect((await redisKeys()).filter((key) => added.includes(key))).toEqual([])
  })

  it("S26 X10 the user's own sign-out in one holds in the other with the next request", async () => {
    const agent = await signedIn()
    const headers = headersOf(agent)
    await agent.submit(await agent.get(`${server.origin}/auth/logout`))
    turn = 1
    expect((await createUserAgent().step(`${server.origin}/`, { headers })).html).toBe('null')
  })

  it("S26 X10 Entra's front-channel sign-out in one holds in the other, and for nobody else", async () => {
    const [agent, grace] = [await signedIn(), await signedIn('grace@contoso.example')]
    const back = agent.history.find(({ url }) => url.includes('session_state='))?.url ?? ''
    const sid = new URL(back).searchParams.get('session_state') ?? ''
    turn = 1
    await createUserAgent().step(`${server.origin}/auth/front-channel-logout?sid=${sid}`)
    expect(await nameSeenBy(agent, 0)).toBe(null)
    expect(await nameSeenBy(grace, 0)).toContain('Grace')
  })

  it('S26 signing out everywhere in one ends all sessions of the user in both', async () => {
    const [phone, laptop] = [await signedIn(), await signedIn()]
    await processes[1]?.identity.signOutEverywhere({ tenantId: contosoId, objectId: adaId })
    for (const process of [0, 1]) {
      expect([await nameSeenBy(phone, process), await nameSeenBy(laptop, process)]).toEqual([
        null,
        null,
      ])
    }
  })

  it('X04 a failover that loses the last second makes nobody somebody else, and costs one sign-in at worst', async () => {
    const early = await signedIn()
    const before = new Set(await redisKeys())
    const late = await signedIn('grace@contoso.example')
    await forget((await redisKeys()).filter((key) => !before.has(key)))
    for (const process of [0, 1]) {
      expect([await nameSeenBy(early, process), await nameSeenBy(late, process)]).toEqual([
        'Ada Example',
        null,
      ])
    }
    await signIn(late, `${server.origin}/auth/login`, { user: 'grace@contoso.example' })
    expect(await nameSeenBy(late, 1)).toContain('Grace')
  })

  it('S15 a slow request in one that saves the session again does not undo the sign-out in the other', async () => {
    const agent = await signedIn()
    const headers = headersOf(agent)
    let release: () => void = () => undefined
    const end = new Promise<void>((resolve) => (release = resolve))
    turn = 1
    let slow: Promise<Page> | undefined
    await new Promise<void>((begin) => {
      slowRequest = { begin, end }
      slow = createUserAgent().step(`${server.origin}/slow`, { headers })
    })
    turn = 0
    await agent.submit(await agent.get(`${server.origin}/auth/logout`))
    release()
    expect((await slow)?.html).toBe('"saved"')
    for (const process of [0, 1]) {
      turn = process
      expect((await createUserAgent().step(`${server.origin}/`, { headers })).html).toBe('null')
    }
  })
})
