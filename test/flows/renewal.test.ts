import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import express from 'express'
import session, { MemoryStore } from 'express-session'
import { startEmulator, type Emulator } from 'entrada/emulator'
import { entra, type EntraOptions } from 'entrada/express'
import { createMemoryTokenStore } from '../support/memory-token-store.js'
import { asideKey } from '../../src/stores/session-aside.js'
import type { TokenStore } from '../../src/stores/token-store.js'
import { serve } from '../support/loopback-server.js'
import { createUserAgent, signIn, type UserAgent } from '../support/user-agent.js'
import { ada } from './arrival.js'
import { tamperingFetch } from './tampering.js'
import { adaId, consentedDirectory, contosoId, secret, webAppId } from './web-app.js'

const tasksApi = '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10'
const tasks = `api://${tasksApi}/Tasks.Read`
const minute = 60_000
const hour = 60 * minute
/** Past the refresh time of every token, and before any is stale. */
const due = 31 * minute
/** The platform's answer, with the times that this test counts on. */
const hourly = tamperingFetch((body) =>
  Promise.resolve({ ...body, expires_in: 3600, refresh_in: 1800 }),
)

const time = { now: Date.now() }
const clock = () => time.now
let emulator: Emulator
const ends: (() => Promise<void>)[] = []

beforeAll(async () => {
  const directory = consentedDirectory()
  directory.delegatedGrants?.push({
    tenant: contosoId,
    client: webAppId,
    resource: tasksApi,
    user: 'everyone',
    scopes: ['Tasks.Read'],
  })
  emulator = await startEmulator(directory, { now: clock })
})
afterAll(() => emulator.stop())
beforeEach(() => {
  time.now = Date.now()
})
afterEach(async () => {
  emulator.faults.clear()
  for (const end of ends.splice(0)) await end()
})

interface AppOptions {
  readonly kind?: 'server' | 'cookie'
  readonly store?: TokenStore
  /** Of the framework's sessions; what two processes have in common. */
  readonly sessions?: MemoryStore
  readonly origin?: string
}

type Seen = { readonly graph: string; readonly tasks?: string }

/** A web app whose pages show which tokens they were given. */
async function start({ kind = 'server', store, sessions, origin }: AppOptions = {}) {
  const app = express()
  app.set('env', 'test') // Express prints unhandled errors in other environments
  const server = await serve(app)
  ends.push(() => server.stop())
  const options: EntraOptions = {
    tenant: contosoId,
    clientId: webAppId,
    credential: { secret: 'web-app-secret-for-the-emulator-only' },
    authorityHost: emulator.origin,
    graphEndpoint: emulator.graphOrigin,
    baseUrl: origin ?? server.origin,
    secret,
    clock,
    fetch: hourly,
    ...(store && { store }),
  }
  const identity = entra(options)
  const cookies = new MemoryStore()
  const sessionSecret = 'a-secret-for-express-session'
  if (kind === 'server') {
    app.use(
      session({
        secret: sessionSecret,
        resave: false,
        saveUninitialized: false,
        store: sessions ?? cookies,
      }),
    )
  }
  app.use(
    identity.signIn({ scopes: ['User.Read'], session: kind === 'cookie' ? 'cookie' : 'framework' }),
  )
  app.get('/page', identity.requireSignIn(), (_request, response) => response.send('in'))
  app.get('/one', identity.requireSignIn(), async (request, response) => {
    const graph = await identity.forUser(request).token('User.Read')
    response.json({ graph: graph.reveal() })
  })
  app.get('/both', identity.requireSignIn(), async (request, response) => {
    const user = identity.forUser(request)
    const [graph, api] = await Promise.all([user.token('User.Read'), user.token(tasks)])
    response.json({ graph: graph.reveal(), tasks: api.reveal() })
  })
  app.get('/tasks', identity.requireSignIn(), async (request, response) => {
    response.json({ tasks: (await identity.forUser(request).token(tasks)).reveal() })
  })
  app.get('/sign-out-everywhere', identity.requireSignIn(), async (request, response) => {
    await identity.signOutEverywhere(request)
    response.end()
  })
  app.use(identity.errors())
  return { origin: server.origin, identity }
}

type App = Awaited<ReturnType<typeof start>>

async function seenBy(agent: UserAgent, { origin }: App, path = '/one'): Promise<Seen> {
  const page = await agent.get(origin + path)
  if (page.status !== 200) throw new Error(`${page.status} ${page.html}`)
  return JSON.parse(page.html) as Seen
}

async function signedIn(app: App, agent = createUserAgent()): Promise<UserAgent> {
  await signIn(agent, `${app.origin}/one`, ada)
  emulator.clearRequests()
  return agent
}

const tokenRequests = () => emulator.requests.filter(({ endpoint }) => endpoint === 'token')
const renewals = () => tokenRequests().length
const signIns = () => emulator.requests.filter(({ endpoint }) => endpoint === 'authorize').length

/** What runs behind a request has been answered by the platform and put away. */
async function renewedBehind(count: number): Promise<void> {
  const answered = () => tokenRequests().filter(({ status }) => status !== 0).length
  for (let waited = 0; answered() < count && waited < 5_000; waited += 10) await sleep(10)
  await sleep(50)
}

/** The token that comes after this one, for as long as a renewal may take on a busy machine. */
async function nextTo(first: string, see: () => Promise<Seen>): Promise<string> {
  for (let waited = 0; waited < 5_000; waited += 20) {
    const { graph } = await see()
    if (graph !== first) return graph
    await sleep(20)
  }
  return first
}

describe.each(['server', 'cookie'] as const)(
  'a token past its refresh time, %s session',
  (kind) => {
    it('T26 X12 is handed out at once, and renewed for the next request behind this one', async () => {
      const app = await start({ kind })
      const agent = await signedIn(app)
      const { graph: first } = await seenBy(agent, app)
      time.now += due
      emulator.faults.set({ endpoint: 'token', kind: 'slow', ms: 200, times: 1 })
      expect((await seenBy(agent, app)).graph).toBe(first)
      const second = await nextTo(first, () => seenBy(agent, app))
      expect(second).not.toBe(first)
      expect((await seenBy(agent, app)).graph).toBe(second)
      expect(renewals()).toBe(1)
    })

    it('T26 serves on when the renewal fails, and is not tried again for 30 seconds', async () => {
      const app = await start({ kind })
      const agent = await signedIn(app)
      const { graph: first } = await seenBy(agent, app)
      time.now += due
      emulator.faults.set({ endpoint: 'token', kind: 'status', status: 500, times: 1 })
      for (let request = 0; request < 5; request += 1) {
        expect((await seenBy(agent, app)).graph).toBe(first)
        await renewedBehind(1)
      }
      expect(renewals()).toBe(1)
      time.now += 31_000
      await seenBy(agent, app)
      await renewedBehind(2)
      expect((await seenBy(agent, app)).graph).not.toBe(first)
      expect(renewals()).toBe(2)
    })

    it('keeps the tokens of two APIs that are fetched at the same time', async () => {
      const app = await start({ kind })
      const agent = await signedIn(app)
      time.now += 2 * 3600_000
      const both = await seenBy(agent, app, '/both')
      expect(renewals()).toBe(2)
      expect(await seenBy(agent, app, '/both')).toEqual(both)
      expect(renewals()).toBe(2)
    })

    it('keeps them when two requests fetch one each', async () => {
      const app = await start({ kind })
      const agent = await signedIn(app)
      time.now += 2 * 3600_000
      const [one, other] = await Promise.all([
        seenBy(agent, app, '/one'),
        seenBy(agent, app, '/tasks'),
      ])
      expect(await seenBy(agent, app, '/both')).toEqual({ ...one, ...other })
      expect(renewals()).toBe(2)
    })

    it('T05 gets on with the refresh token it has when the answer with the new one was lost', async () => {
      const app = await start({ kind })
      const agent = await signedIn(app)
      time.now += 2 * 3600_000
      emulator.faults.set({ endpoint: 'token', kind: 'reset', times: 1 })
      expect((await agent.get(`${app.origin}/one`)).status).toBe(503)
      time.now += 2_000
      expect((await seenBy(agent, app)).graph).toMatch(/^eyJ/)
    })
  },
)

describe('a renewal behind a request', () => {
  it('is found by another process, which shares sessions and store', async () => {
    const sessions = new MemoryStore()
    const store = createMemoryTokenStore({ clock, capacity: 1_000_000 })
    const one = await start({ sessions, store })
    const other = await start({ sessions, store, origin: one.origin })
    const agent = await signedIn(one, createUserAgent({ portsShareCookies: true }))
    const { graph: first } = await seenBy(agent, one)
    time.now += due
    expect((await seenBy(agent, one)).graph).toBe(first)
    await renewedBehind(1)
    const { graph: second } = await seenBy(agent, other)
    expect(second).not.toBe(first)
    expect((await seenBy(agent, one)).graph).toBe(second)
    expect(renewals()).toBe(1)
  })

  it('does not write into a session that another request has changed meanwhile', async () => {
    const sessions = new MemoryStore()
    const app = await start({ sessions })
    const agent = await signedIn(app)
    time.now += due
    emulator.faults.set({ endpoint: 'token', kind: 'slow', ms: 200, times: 1 })
    await seenBy(agent, app)
    const [id = ''] = await signedInSessionsOf(sessions)
    await changed(sessions, id, { cart: ['a book'] })
    await renewedBehind(1)
    expect((await contentOf(sessions))[id]).toMatchObject({ cart: ['a book'] })
    await seenBy(agent, app)
    expect((await contentOf(sessions))[id]).toMatchObject({ cart: ['a book'] })
    expect(renewals()).toBe(1)
  })

  it('does not bring back the tokens of a user who has signed out meanwhile', async () => {
    const sessions = new MemoryStore()
    const app = await start({ sessions })
    const agent = await signedIn(app)
    time.now += due
    emulator.faults.set({ endpoint: 'token', kind: 'slow', ms: 200, times: 1 })
    await seenBy(agent, app)
    while (renewals() === 0) await sleep(5)
    const headers = { 'sec-fetch-site': 'same-origin' }
    await agent.step(`${app.origin}/auth/logout`, { method: 'POST', headers })
    await renewedBehind(1)
    expect(await contentOf(sessions)).toEqual({})
  })
})

describe('the tokens of a user who is active', () => {
  it.each(['in the process', 'in a store'])(
    'S07 stay for as long as the user does: %s',
    async (place) => {
      const store = place === 'in a store' ? watchedStore().store : undefined
      const app = await start({ kind: 'cookie', ...(store && { store }) })
      const agent = await signedIn(app)
      for (let times = 0; times < 5; times += 1) {
        time.now += 20 * hour
        expect((await agent.get(`${app.origin}/page`)).html).toBe('in')
      }
      expect(renewals()).toBe(0)
      await seenBy(agent, app)
      expect([renewals(), signIns()]).toEqual([1, 0])
    },
  )

  it('S07 X03 are still there when the store was away as the user was seen', async () => {
    const { store } = watchedStore()
    let isGone = false
    const unlessGone: TokenStore['get'] = (key) =>
      isGone ? Promise.reject(new Error('gone')) : store.get(key)
    const app = await start({ kind: 'cookie', store: { ...store, get: unlessGone } })
    const agent = await signedIn(app)
    time.now += 23 * hour
    isGone = true
    expect((await agent.get(`${app.origin}/page`)).html).toBe('in')
    isGone = false
    time.now += 2 * hour
    await seenBy(agent, app)
    expect([renewals(), signIns()]).toEqual([1, 0])
  })

  it('S07 leave a store when the user was not seen for two days', async () => {
    const { store, entries } = watchedStore()
    const app = await start({ kind: 'cookie', store })
    await signedIn(app)
    const [tokens = ''] = [...entries].filter((key) => key.startsWith('user-tokens:'))
    time.now += 48 * hour - 1
    expect(await store.get(tokens)).toBeDefined()
    time.now += 1
    expect(await store.get(tokens)).toBeUndefined()
  })

  it('S07 are written again beside a session on the server, a few times a day', async () => {
    const sessions = new MemoryStore()
    const app = await start({ sessions })
    const agent = await signedIn(app)
    const record = async () =>
      Object.values(await contentOf(sessions)).find((content) => Object.hasOwn(content, asideKey))
    const before = await record()
    await agent.get(`${app.origin}/page`)
    expect(await record()).toEqual(before)
    time.now += 4 * hour
    await agent.get(`${app.origin}/page`)
    expect(before).toBeDefined()
    expect(await record()).not.toEqual(before)
    await seenBy(agent, app)
  })
})

describe('signing out everywhere', () => {
  it('T18 takes the tokens of the user’s cookie sessions out of the store', async () => {
    const { store, entries } = watchedStore()
    const app = await start({ kind: 'cookie', store })
    const agents = [await signedIn(app), await signedIn(app)]
    const other = createUserAgent()
    await signIn(other, `${app.origin}/one`, { user: 'grace@contoso.example' })
    const tokens = [...entries].filter((key) => key.startsWith('user-tokens:'))
    const left = async () =>
      (await Promise.all(tokens.map((key) => store.get(key)))).filter(Boolean)
    expect(await left()).toHaveLength(3)
    await app.identity.signOutEverywhere({ tenantId: contosoId, objectId: adaId })
    expect(await left()).toHaveLength(1)
    for (const agent of agents) expect((await agent.step(`${app.origin}/one`)).status).toBe(302)
    expect((await other.get(`${app.origin}/one`)).status).toBe(200)
  })
})

/** A store for several processes, and the keys that were ever written. */
function watchedStore() {
  const memory = createMemoryTokenStore({ clock, capacity: 1_000_000 })
  const entries = new Set<string>()
  const store: TokenStore = {
    ...memory,
    set: (key, ...entry) => {
      entries.add(key)
      return memory.set(key, ...entry)
    },
    atomic: {
      compareAndSet: (key, ...entry) => {
        entries.add(key)
        return memory.atomic.compareAndSet(key, ...entry)
      },
    },
  }
  return { store, entries }
}

type Sessions = Readonly<Record<string, session.SessionData>>

function contentOf(sessions: MemoryStore): Promise<Sessions> {
  return new Promise((resolve, reject) => {
    sessions.all((error: unknown, content) => {
      if (error) reject(new Error('The session store failed.'))
      else resolve(content ?? {})
    })
  })
}

/** The others are records beside them. */
async function signedInSessionsOf(sessions: MemoryStore): Promise<string[]> {
  const entries = Object.entries(await contentOf(sessions))
  return entries.filter(([, content]) => !Object.hasOwn(content, asideKey)).map(([id]) => id)
}

/** As another request of the same session would. */
async function changed(sessions: MemoryStore, id: string, change: object): Promise<void> {
  const content = (await contentOf(sessions))[id]
  if (content === undefined) throw new Error('No such session.')
  await new Promise((resolve) => sessions.set(id, { ...content, ...change }, resolve))
}
