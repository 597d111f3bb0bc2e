import expressSession, { MemoryStore } from 'express-session'
import fastifyCookie from '@fastify/cookie'
import fastifySession, { type SessionStore } from '@fastify/session'
import express from 'express'
import fastify from 'fastify'
import Koa from 'koa'
import koaSession from 'koa-session'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { sessionOf as expressSessionOf } from '../../src/adapters/express/express-session.js'
import { sessionOf as fastifySessionOf } from '../../src/adapters/fastify/fastify-session.js'
import { sessionOf as koaSessionOf } from '../../src/adapters/koa/koa-session.js'
import type { SessionAside } from '../../src/stores/session-aside.js'
import type { SessionPort } from '../../src/stores/session-port.js'
import { serve } from '../support/loopback-server.js'

type Content = Record<string, unknown>
type Work = (session: SessionPort | undefined) => Promise<unknown>

/** A framework with sessions in a store; one request does one piece of work. */
interface Started {
  readonly request: (work: Work) => Promise<unknown>
  readonly stored: Stored
  stop(): Promise<void>
}

/** What the store holds, by id, and whether it fails. */
interface Stored {
  readonly entries: Map<string, string>
  isGone: boolean
}

const frameworks = {
  'express-session': startExpress,
  '@fastify/session': startFastify,
  'koa-session with a store': startKoa,
}

describe.each(Object.entries(frameworks))('a record beside the session of %s', (_name, start) => {
  let framework: Started

  beforeAll(async () => {
    framework = await start()
  })
  afterAll(() => framework.stop())

  const withAside = (work: (aside: SessionAside) => Promise<unknown>) =>
    framework.request(async (session) => {
      if (session?.aside === undefined) throw new Error('There is no room beside the session.')
      return work(session.aside)
    })

  it('is there for later requests until it is removed, and others know nothing of it', async () => {
    const id = await withAside(async (aside) => {
      const made = await aside.newId()
      await aside.write(made, 'a record', 60_000)
      return made
    })
    const other = await withAside((aside) => aside.newId())
    expect(other).not.toBe(id)
    expect(await withAside((aside) => aside.read(String(id)))).toBe('a record')
    expect(await withAside((aside) => aside.read(String(other)))).toBeUndefined()
    await withAside((aside) => aside.remove(String(id)))
    expect(await withAside((aside) => aside.read(String(id)))).toBeUndefined()
    expect(framework.stored.entries.has(String(id))).toBe(false)
  })

  it('leaves the session of the request what it was', async () => {
    const [before, after, cart, id] = (await framework.request(async (session) => {
      session?.write('cart', 'a book')
      const { id: own } = session ?? {}
      const made = await session?.aside?.newId()
      await session?.aside?.write(made ?? '', 'a record', 60_000)
      return [own, session?.id, session?.read('cart'), made]
    })) as string[]
    expect([after, cart]).toEqual([before, 'a book'])
    expect(id).not.toBe(before)
  })

  it('tells the store when it ends', async () => {
    const before = Date.now()
    const id = await withAside(async (aside) => {
      const made = await aside.newId()
      await aside.write(made, 'a record', 60_000)
      return made
    })
    const held = JSON.parse(framework.stored.entries.get(String(id)) ?? '') as Content
    const { expires } = Object(held['cookie']) as { expires?: string }
    const end = expires === undefined ? Number(held['_expire']) : Date.parse(expires)
    expect(end).toBeGreaterThanOrEqual(before + 60_000)
    expect(end).toBeLessThanOrEqual(Date.now() + 60_000)
  })

  it('S16 is not to be had while the store is away, which is an outage and not a sign-out', async () => {
    const id = await withAside((aside) => aside.newId())
    const outage = { code: 'ERR_ENTRA_SESSION_UNAVAILABLE' }
    await withAside(async (aside) => {
      framework.stored.isGone = true
      try {
        await expect(aside.read(String(id))).rejects.toMatchObject(outage)
        await expect(aside.write(String(id), 'a record', 60_000)).rejects.toMatchObject(outage)
        await expect(aside.remove(String(id))).rejects.toMatchObject(outage)
      } finally {
        framework.stored.isGone = false
      }
    })
  })
})

type Answer = (work: Work, session: SessionPort | undefined) => Promise<void>

/** A server whose next request does what is asked of it. */
async function started(
  listener: (answer: Answer, next: () => Work) => Promise<Parameters<typeof serve>[0]>,
  stored: Stored,
): Promise<Started> {
  let next: Work = () => Promise.resolve()
  let result: Promise<unknown> = Promise.resolve()
  const answer: Answer = async (work, session) => {
    result = work(session)
    await result.catch(() => undefined)
  }
  const server = await serve(await listener(answer, () => next))
  return {
    stored,
    async request(work) {
      next = work
      await fetch(server.origin)
      return result
    },
    stop: () => server.stop(),
  }
}

/** A store with callbacks, as express-session and @fastify/session ask for; in files, as it seems. */
function callbackStore({ entries }: Stored, fault: () => Error | undefined) {
  type Callback = (error?: unknown, content?: Content | null) => void
  return {
    get(id: string, callback: Callback) {
      const text = entries.get(id)
      const none = Object.assign(new Error('no such file'), { code: 'ENOENT' })
      if (text === undefined) callback(fault() ?? none)
      else callback(fault(), JSON.parse(text) as Content)
    },
    set(id: string, content: object, callback: Callback) {
      if (fault() === undefined) entries.set(id, JSON.stringify(content))
      callback(fault())
    },
    destroy(id: string, callback: Callback) {
      if (fault() === undefined) entries.delete(id)
      callback(fault())
    },
  }
}

function storedAnew() {
  const stored: Stored = { entries: new Map(), isGone: false }
  return { stored, fault: () => (stored.isGone ? new Error('gone') : undefined) }
}

function startExpress(): Promise<Started> {
  const { stored, fault } = storedAnew()
  const store = Object.assign(new MemoryStore(), callbackStore(stored, fault))
  return started((answer, next) => {
    const app = express()
    app.use(expressSession({ store, secret: 'beside', resave: false, saveUninitialized: false }))
    app.get('/', async (request, response) => {
      await answer(next(), expressSessionOf(request))
      response.end()
    })
    return Promise.resolve(app)
  }, stored)
}

function startFastify(): Promise<Started> {
  const { stored, fault } = storedAnew()
  return started(async (answer, next) => {
    const app = fastify()
    app.register(fastifyCookie)
    app.register(fastifySession, {
      secret: 'a-secret-for-fastify-with-32-characters',
      store: callbackStore(stored, fault) as SessionStore, // which knows the content of sessions
      cookie: { secure: false },
      saveUninitialized: false,
    })
    app.get('/', async (request) => {
      await answer(next(), fastifySessionOf(request))
      return {}
    })
    await app.ready()
    return (request, response) => {
      app.routing(request, response)
    }
  }, stored)
}

function startKoa(): Promise<Started> {
  const { stored, fault } = storedAnew()
  const { entries } = stored
  const unlessGone = <Value>(value: () => Value) => {
    const error = fault()
    return error === undefined ? Promise.resolve(value()) : Promise.reject(error)
  }
  const store = {
    get: (id: string) => unlessGone(() => JSON.parse(entries.get(id) ?? 'null') as Content),
    set: (id: string, content: object) =>
      unlessGone(() => void entries.set(id, JSON.stringify(content))),
    destroy: (id: string) => unlessGone(() => void entries.delete(id)),
  }
  return started((answer, next) => {
    const app = new Koa()
    app.keys = ['beside']
    app.use(koaSession({ store }, app))
    app.use(async (context) => {
      // koa-session begins a session when something is written into it.
      Object.assign(context.session ?? {}, { seen: true })
      await koaSessionOf(context)?.save()
      await answer(next(), koaSessionOf(context))
      context.body = ''
    })
    return Promise.resolve(app.callback())
  }, stored)
}
