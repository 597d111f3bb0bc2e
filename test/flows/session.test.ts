import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import session, { type SessionData } from 'express-session'
import type { Emulator } from 'entrada/emulator'
import { packed } from '../../src/platform/packed-json.js'
import { createUserAgent, signIn, type UserAgent } from '../support/user-agent.js'
import { ada, createHaltingAgent } from './arrival.js'
import {
  secret,
  startConsentedEmulator,
  startWebApp,
  webAppId,
  type WebApp,
  type WebAppOptions,
} from './web-app.js'

let emulator: Emulator
const apps: WebApp[] = []

beforeAll(async () => {
  emulator = await startConsentedEmulator()
})
afterAll(() => emulator.stop())
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.stop()))
  emulator.clearRequests()
})

async function start(options: WebAppOptions = {}): Promise<WebApp> {
  const app = await startWebApp(emulator, options)
  apps.push(app)
  return app
}

interface Seen {
  id: string
  content: Record<string, unknown>
}
const sessionSeenBy = async (agent: UserAgent, app: WebApp) =>
  JSON.parse((await agent.get(`${app.origin}/session`)).html) as Seen
const nameSeenBy = async (agent: UserAgent, app: WebApp) =>
  (JSON.parse((await agent.get(`${app.origin}/`)).html) as { name: string | null }).name
const signInAgain = (agent: UserAgent, app: WebApp, user = ada.user) =>
  signIn(agent, `${app.origin}/auth/login?prompt=select_account`, { user })

const selectable: WebAppOptions = {
  signIn: { scopes: 'User.Read', forwardParameters: ['prompt'], keepSession: ['basket'] },
}

type Content = Record<string, unknown>

/** A store of a test's own, whose operations can be made to fail or to hang. */
class FickleStore extends session.Store {
  readonly sessions = new Map<string, string>()
  failing: 'none' | 'set' | 'destroy' | 'hang' | 'get' = 'none'

  override get(id: string, callback: (error: unknown, content?: SessionData | null) => void): void {
    if (this.failing === 'get') {
      callback(new Error('redis://user:password@store is down'))
      return
    }
    const text = this.sessions.get(id)
    callback(null, text === undefined ? null : (JSON.parse(text) as SessionData)) // what set() has written
  }
  override set(id: string, content: SessionData, callback?: (error?: unknown) => void): void {
    if (this.failing === 'hang') return
    if (this.failing === 'set') {
      callback?.(new Error('redis://user:password@store is down'))
      return
    }
    this.sessions.set(id, JSON.stringify(content))
    callback?.()
  }
  override destroy(id: string, callback?: (error?: unknown) => void): void {
    if (this.failing === 'destroy') {
      callback?.(new Error('redis://user:password@store is down'))
      return
    }
    this.sessions.delete(id)
    callback?.()
  }
}

describe('the session of a sign-in', () => {
  it('S01 gets a new id, and the planted one is worth nothing', async () => {
    const app = await start(selectable)
    const agent = createUserAgent()
    await agent.get(`${app.origin}/remember?basket=apples`)
    const planted = agent.cookies.valueOf(app.origin, 'connect.sid')
    await signIn(agent, `${app.origin}/private`, ada)
    expect(agent.cookies.valueOf(app.origin, 'connect.sid')).not.toBe(planted)
    const headers = { cookie: `connect.sid=${planted}` }
    expect((await createUserAgent().step(`${app.origin}/`, { headers })).html).toBe('{"name":null}')
  })

  it('an anonymous visitor keeps only the keys that are named', async () => {
    const app = await start(selectable)
    const agent = createUserAgent()
    await agent.get(`${app.origin}/remember?basket=apples&isAdmin=true`)
    await signIn(agent, `${app.origin}/private`, ada)
    const { content } = await sessionSeenBy(agent, app)
    expect(content['basket']).toBe('apples')
    expect(content['isAdmin']).toBeUndefined()
  })

  it('S02 S03 the same user who signs in again keeps everything under a new id', async () => {
    const app = await start(selectable)
    const agent = createUserAgent()
    await signIn(agent, `${app.origin}/private`, ada)
    await agent.get(`${app.origin}/remember?draft=letter`)
    const before = await sessionSeenBy(agent, app)
    await signInAgain(agent, app)
    const after = await sessionSeenBy(agent, app)
    expect(after.id).not.toBe(before.id)
    expect(after.content['draft']).toBe('letter')
    expect(await nameSeenBy(agent, app)).toBe('Ada Example')
  })

  it('S02 another user who signs in over it finds nothing', async () => {
    const app = await start(selectable)
    const agent = createUserAgent()
    await signIn(agent, `${app.origin}/private`, ada)
    await agent.get(`${app.origin}/remember?draft=letter&basket=apples`)
    const old = agent.cookies.valueOf(app.origin, 'connect.sid')
    await signInAgain(agent, app, 'grace@contoso.example')
    const { content } = await sessionSeenBy(agent, app)
    expect(content['draft']).toBeUndefined()
    expect(content['basket']).toBeUndefined()
    expect(await nameSeenBy(agent, app)).toContain('Grace')
    const headers = { cookie: `connect.sid=${old}` }
    expect((await createUserAgent().step(`${app.origin}/`, { headers })).html).toBe('{"name":null}')
  })

  it.each([
    ['grace@contoso.example', undefined, undefined],
    ['ada@contoso.example', 'apples', 'letter'],
  ])('S02 what is left of a sign-in that is over is not for %s', async (user, basket, draft) => {
    let now = Date.now()
    const app = await start({
      clock: () => now,
      signIn: { ...selectable.signIn, scopes: 'User.Read', lifetime: { idle: 60 } },
    })
    const agent = createUserAgent()
    await signIn(agent, `${app.origin}/private`, ada)
    await agent.get(`${app.origin}/remember?draft=letter&basket=apples`)
    now += 90_000
    expect(await nameSeenBy(agent, app)).toBe(null)
    await signInAgain(agent, app, user)
    expect(await nameSeenBy(agent, app)).not.toBe(null)
    const { content } = await sessionSeenBy(agent, app)
    expect([content['basket'], content['draft']]).toEqual([basket, draft])
  })

  it('S04 S17 a record that was changed or belongs to another session is nobody', async () => {
    const store = new FickleStore()
    const app = await start({ ...selectable, session: { store } })
    const [one, two] = [createUserAgent(), createUserAgent()]
    await signIn(one, `${app.origin}/private`, ada)
    await signIn(two, `${app.origin}/private`, { user: 'grace@contoso.example' })
    const [idOne, idTwo] = [(await sessionSeenBy(one, app)).id, (await sessionSeenBy(two, app)).id]
    store.sessions.set(idTwo, store.sessions.get(idOne) ?? '')
    expect(await nameSeenBy(two, app)).toBe(null)
    const content = JSON.parse(store.sessions.get(idOne) ?? '') as Content
    const key = `entrada.${webAppId.slice(0, 8)}.account`
    for (const value of [`${String(content[key])}A`, 'x', 7, null, { a: 1 }, ['x']]) {
      store.sessions.set(idOne, JSON.stringify({ ...content, [key]: value }))
      expect([value, await nameSeenBy(one, app)]).toEqual([value, null])
    }
  })

  it('S06 X02 is read with the previous secret, sealed again with the current one, and not without either', async () => {
    const store = new FickleStore()
    const app = await start({ session: { store } })
    const agent = createUserAgent()
    await signIn(agent, `${app.origin}/private`, ada)
    const cookie = `connect.sid=${agent.cookies.valueOf(app.origin, 'connect.sid') ?? ''}`
    const newer = 'a-newer-secret-that-replaces-the-other-one'
    const nameAt = async (secrets: string[]) => {
      const other = await start({ session: { store }, secrets })
      return (await createUserAgent().step(`${other.origin}/`, { headers: { cookie } })).html
    }
    expect(await nameAt(['a-third-secret-that-nobody-else-has-got'])).toBe('{"name":null}')
    expect(await nameAt([newer, secret])).toBe('{"name":"Ada Example"}')
    expect(await nameAt([newer])).toBe('{"name":"Ada Example"}')
  })

  it('S07 ends after its idle and after its absolute lifetime', async () => {
    let now = Date.now()
    const clock = () => now
    const hour = 3600_000
    const app = await start({
      clock,
      signIn: { scopes: 'User.Read', lifetime: { idle: 3600, absolute: 4 * 3600 } },
    })
    const agent = createUserAgent()
    await signIn(agent, `${app.origin}/private`, ada)
    for (let count = 0; count < 4; count += 1) {
      now += 0.9 * hour
      expect([count, await nameSeenBy(agent, app)]).toEqual([count, 'Ada Example'])
    }
    now += 0.5 * hour
    expect(await nameSeenBy(agent, app)).toBe(null)

    const idle = createUserAgent()
    now = Date.now()
    await signIn(idle, `${app.origin}/private`, ada)
    now += 1.1 * hour
    expect(await nameSeenBy(idle, app)).toBe(null)
  })

  it('S12 odd cookies do no harm', async () => {
    const app = await start()
    const odd = [
      '__proto__=x',
      'toString=y',
      '=z',
      'x',
      ';;;',
      `a=${'b'.repeat(9_000)}`,
      'entrada.5e7f2d91.zz=1',
      'entrada.5e7f2d91.=',
    ]
    const many = Array.from({ length: 300 }, (_, index) => `c${index}=v`)
    for (const cookie of [...odd, many.join('; ')]) {
      const page = await createUserAgent().step(`${app.origin}/private`, { headers: { cookie } })
      expect([cookie.slice(0, 30), page.status]).toEqual([cookie.slice(0, 30), 302])
    }
  })

  it('S29 a poisoned record from the store merges nothing', async () => {
    const store = new FickleStore()
    const app = await start({ ...selectable, session: { store } })
    const agent = createUserAgent()
    await agent.get(`${app.origin}/remember?basket=apples`)
    const { id } = await sessionSeenBy(agent, app)
    const content = store.sessions.get(id) ?? ''
    store.sessions.set(
      id,
      content.replace(
        '{',
        '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},',
      ),
    )
    await signIn(agent, `${app.origin}/private`, ada)
    expect(({} as Content)['polluted']).toBeUndefined()
    expect(await nameSeenBy(agent, app)).toBe('Ada Example')
  })

  it('S29 leads to no other site with a callback that it says was completed', async () => {
    const app = await start(selectable)
    const agent = createUserAgent()
    const state = 'a'.repeat(43)
    const poison = packed([[state.slice(0, 22), 'https://evil.example/']])
    const history = Buffer.from(poison).toString('base64url')
    await agent.get(`${app.origin}/remember?entrada.${webAppId.slice(0, 8)}.history=${history}`)
    const page = await agent.step(`${app.origin}/auth/callback?code=c&state=${state}`)
    expect([page.status, page.headers.get('location')]).toEqual([303, '/'])
  })
})

describe('a session store in trouble', () => {
  async function arrived(store: FickleStore) {
    const app = await start({ session: { store } })
    const agent = createHaltingAgent()
    return { app, agent, callback: await agent.arrive(app) }
  }

  it('S18 that cannot save at the callback: 503, and the retry works', async () => {
    const store = new FickleStore()
    const { app, agent, callback } = await arrived(store)
    store.failing = 'set'
    const page = await agent.step(callback)
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '1'])
    expect(page.html).not.toContain('redis')
    store.failing = 'none'
    expect((await agent.step(callback)).status).toBe(303)
    expect(await nameSeenBy(agent, app)).toBe('Ada Example')
  })

  it('S18 that fails in the middle of a second sign-in leaves the first one as it was', async () => {
    const store = new FickleStore()
    const app = await start({ ...selectable, session: { store } })
    const agent = createHaltingAgent()
    await signIn(agent, `${app.origin}/private`, ada)
    await agent.get(`${app.origin}/remember?draft=letter`)
    const before = await sessionSeenBy(agent, app)
    const callback = await agent.arrive(app, '/auth/login')
    for (const failing of ['set', 'destroy'] as const) {
      store.failing = failing
      expect((await agent.step(callback)).status).toBe(503)
      store.failing = 'none'
      expect((await sessionSeenBy(agent, app)).id).toBe(before.id)
      expect(await nameSeenBy(agent, app)).toBe('Ada Example')
    }
    expect((await sessionSeenBy(agent, app)).content['draft']).toBe('letter')
  })

  it('S19 that hangs: 503, and no request waits for it without end', async () => {
    const store = new FickleStore()
    const { agent, callback } = await arrived(store)
    store.failing = 'hang'
    expect((await agent.step(callback)).status).toBe(503)
  })

  it('S16 that cannot read: 503 for the user, who is still signed in afterwards', async () => {
    const store = new FickleStore()
    const app = await start({ session: { store } })
    const agent = createUserAgent()
    await signIn(agent, `${app.origin}/private`, ada)
    store.failing = 'get'
    const page = await agent.step(`${app.origin}/private`)
    expect([page.status, page.headers.getSetCookie()]).toEqual([503, []])
    expect(page.html).not.toContain('redis')
    store.failing = 'none'
    expect(await nameSeenBy(agent, app)).toBe('Ada Example')
  })

  it('S16 that is disconnected: 503 and not a sign-in', async () => {
    const store = new FickleStore()
    const app = await start({ session: { store } })
    const agent = createUserAgent()
    await signIn(agent, `${app.origin}/private`, ada)
    store.emit('disconnect')
    const page = await agent.step(`${app.origin}/private`)
    expect([page.status, page.headers.getSetCookie()]).toEqual([503, []])
    store.emit('connect')
    expect(await nameSeenBy(agent, app)).toBe('Ada Example')
  })
})
