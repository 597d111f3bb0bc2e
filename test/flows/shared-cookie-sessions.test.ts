import type { RequestListener } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import express from 'express'
import type { Emulator } from 'entrada/emulator'
import { entra } from 'entrada/express'
import { createMemoryTokenStore } from '../support/memory-token-store.js'
import type { TokenStore } from '../../src/stores/token-store.js'
import { linkIn } from '../support/links.js'
import { serve } from '../support/loopback-server.js'
import { createUserAgent, signIn, type UserAgent } from '../support/user-agent.js'
import { contosoId, secret, startConsentedEmulator, webAppId } from './web-app.js'

const ada = { user: 'ada@contoso.example' }

let emulator: Emulator
const ends: (() => Promise<void>)[] = []

beforeAll(async () => {
  emulator = await startConsentedEmulator()
})
afterAll(() => emulator.stop())
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

interface StoreState {
  isGone: boolean
  turn: number
  /** Keys with this in them are not written. */
  refuses?: string | undefined
}

/** Two processes behind one address that keep sessions in cookies and share a store. */
async function startTwo() {
  const state: StoreState = { isGone: false, turn: 0 }
  const memory = createMemoryTokenStore({ clock: Date.now, capacity: 1_000_000 })
  const entries: string[] = []
  const unlessGone = <Value>(answer: () => Promise<Value>) =>
    state.isGone ? Promise.reject(new Error('gone')) : answer()
  const store: TokenStore = {
    get: (key) => unlessGone(() => memory.get(key)),
    set: (key, value, lifetime) => {
      entries.push(`${key} ${value}`)
      const isRefused = state.refuses !== undefined && key.includes(state.refuses)
      if (isRefused) return Promise.reject(new Error('refused'))
      return unlessGone(() => memory.set(key, value, lifetime))
    },
    delete: (key) => unlessGone(() => memory.delete(key)),
  }
  const processes: RequestListener[] = []
  const server = await serve((request, response) => processes[state.turn]?.(request, response))
  ends.push(() => server.stop())
  for (let number = 0; number < 2; number += 1) processes.push(processOn(server.origin, store))
  return { origin: server.origin, state, entries }
}

function processOn(baseUrl: string, store: TokenStore): RequestListener {
  const app = express()
  app.set('env', 'test') // Express prints unhandled errors in other environments
  const identity = entra({
    tenant: contosoId,
    clientId: webAppId,
    credential: { secret: 'web-app-secret-for-the-emulator-only' },
    authorityHost: emulator.origin,
    graphEndpoint: emulator.graphOrigin,
    baseUrl,
    secret,
    store,
  })
  app.use(
    identity.signIn({ scopes: ['User.Read'], session: 'cookie', forwardParameters: ['prompt'] }),
  )
  app.get('/page', identity.requireSignIn(), (request, response) => {
    response.json({ name: identity.account(request).name })
  })
  app.get('/me', identity.requireSignIn(), async (request, response) => {
    response.json(await identity.forUser(request).graph.get('/me'))
  })
  app.use(identity.errors())
  return app
}

/** A store that has failed is left alone for so long. */
const storePause = () => new Promise((resolve) => setTimeout(resolve, 1_050))
const statusOf = async (agent: UserAgent, url: string) => (await agent.step(url)).status

describe('sessions in cookies, in two processes with one store', () => {
  it('X09 X10 are signed in by one process, served by the other with the same tokens', async () => {
    const { origin, state, entries } = await startTwo()
    const agent = createUserAgent()
    await signIn(agent, `${origin}/page`, ada)
    emulator.clearRequests()
    state.turn = 1
    expect([
      await statusOf(agent, `${origin}/page`),
      await statusOf(agent, `${origin}/me`),
    ]).toEqual([200, 200])
    expect(emulator.requests.map(({ endpoint }) => endpoint)).not.toContain('token')
    expect(entries.join('\n')).not.toMatch(/eyJhbGci|eyJ0eXAi|refreshToken|Ada Example/)
  })

  it('S26 S27 are ended in both by a sign-out in one, a copied cookie included', async () => {
    const { origin, state } = await startTwo()
    const agent = createUserAgent()
    await signIn(agent, `${origin}/page`, ada)
    const cookie = agent.cookies.all().map(({ name, value }) => `${name}=${value}`)
    await agent.submit(await agent.get(`${origin}/auth/logout`))
    for (const turn of [0, 1]) {
      state.turn = turn
      const headers = { cookie: cookie.join('; ') }
      const page = await createUserAgent().step(`${origin}/page`, { headers })
      expect([turn, page.status]).toEqual([turn, 302])
    }
  })

  it('X03 stay signed in while the store is away; only what needs it is 503', async () => {
    const { origin, state } = await startTwo()
    const agent = createUserAgent()
    await signIn(agent, `${origin}/page`, ada)
    state.isGone = true
    expect(await statusOf(agent, `${origin}/page`)).toBe(200)
    expect(await statusOf(agent, `${origin}/me`)).toBe(503)
    state.isGone = false
    await storePause()
    expect([
      await statusOf(agent, `${origin}/page`),
      await statusOf(agent, `${origin}/me`),
    ]).toEqual([200, 200])
  })

  it('X03 a sign-out holds in the process that saw it, even while the store is away', async () => {
    const { origin, state } = await startTwo()
    const agent = createUserAgent()
    await signIn(agent, `${origin}/page`, ada)
    const cookie = agent.cookies.all().map(({ name, value }) => `${name}=${value}`)
    const button = await agent.get(`${origin}/auth/logout`)
    state.isGone = true
    await agent.submit(button)
    const headers = { cookie: cookie.join('; ') }
    expect((await createUserAgent().step(`${origin}/page`, { headers })).status).toBe(302)
  })

  it('X03 a sign-out that the store interrupted is completed by trying again', async () => {
    const { origin, state } = await startTwo()
    const agent = createUserAgent()
    await signIn(agent, `${origin}/page`, ada)
    const cookie = agent.cookies.all().map(({ name, value }) => `${name}=${value}`)
    state.isGone = true
    const failed = await agent.submit(await agent.get(`${origin}/auth/logout`))
    expect(failed.status).toBe(503)
    // Another tab asks for a page before the user tries again.
    expect(await statusOf(agent, `${origin}/page`)).toBe(302)
    state.isGone = false
    await storePause()
    const button = await agent.get(origin + String(linkIn(failed, 'Try again')))
    expect(button.html).toContain('This signs you out here and at Microsoft.')
    expect(button.html).not.toContain('Ada Example')
    await agent.submit(button)
    expect(agent.history.map(({ url }) => url)).toContainEqual(
      expect.stringContaining(`${emulator.authority}/oauth2/v2.0/logout?`),
    )
    state.turn = 1
    const headers = { cookie: cookie.join('; ') }
    expect((await createUserAgent().step(`${origin}/page`, { headers })).status).toBe(302)
    expect(await statusOf(agent, `${origin}/page`)).toBe(302)
  })

  it('X03 S26 a sign-out that the store interrupted reaches the others when it is back', async () => {
    const { origin, state } = await startTwo()
    const agent = createUserAgent()
    await signIn(agent, `${origin}/page`, ada)
    const other = createUserAgent()
    await signIn(other, `${origin}/page`, { user: 'grace@contoso.example' })
    const cookie = agent.cookies.all().map(({ name, value }) => `${name}=${value}`)
    state.isGone = true
    expect((await agent.submit(await agent.get(`${origin}/auth/logout`))).status).toBe(503)
    state.isGone = false
    await storePause()
    // Somebody else is served by the process that knows.
    expect(await statusOf(other, `${origin}/page`)).toBe(200)
    state.turn = 1
    const headers = { cookie: cookie.join('; ') }
    expect((await createUserAgent().step(`${origin}/page`, { headers })).status).toBe(302)
  })

  it('X03 another user is signed in even when the end of the one before cannot be written', async () => {
    const { origin, state } = await startTwo()
    const agent = createUserAgent()
    await signIn(agent, `${origin}/page`, ada)
    const cookie = agent.cookies.all().map(({ name, value }) => `${name}=${value}`)
    state.refuses = 'revoked'
    const page = await signIn(agent, `${origin}/auth/login?prompt=select_account&returnTo=/page`, {
      user: 'grace@contoso.example',
    })
    expect(JSON.parse(page.html)).toMatchObject({ name: 'Grace Admin' })
    state.refuses = undefined
    expect(await statusOf(agent, `${origin}/page`)).toBe(200)
    state.turn = 1
    const headers = { cookie: cookie.join('; ') }
    expect((await createUserAgent().step(`${origin}/page`, { headers })).status).toBe(302)
  })
})
