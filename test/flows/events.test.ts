import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Emulator } from 'entrada/emulator'
import { nodeHost } from '../../src/host/node.js'
import { settingsOf } from '../../src/middleware/settings.js'
import type { EntraEvent } from '../../src/protocol/events.js'
import { createUserAgent, signIn } from '../support/user-agent.js'
import { ada, createHaltingAgent, withParameters } from './arrival.js'
import { tamperingFetch } from './tampering.js'
import {
  adaId,
  contosoId,
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
  emulator.faults.clear()
})

async function start(options: WebAppOptions = {}) {
  const told: { events: EntraEvent[]; warnings: string[] } = { events: [], warnings: [] }
  const app = await startWebApp(emulator, { ...told, ...options })
  apps.push(app)
  const types = () => told.events.map(({ type }) => type)
  return { app, types, ...told }
}

const who = { tenantId: contosoId, objectId: adaId }
const correlationId = expect.stringMatching(/^[0-9a-f-]{36}$/)

describe('what a sign-in tells the developer', () => {
  it('its start, its completion and its end, with the id that Entra logs it under', async () => {
    const { app, events } = await start()
    const agent = createUserAgent()
    await signIn(agent, `${app.origin}/private`, ada)
    const headers = { 'sec-fetch-site': 'same-origin' }
    await agent.step(`${app.origin}/auth/logout`, { method: 'POST', headers })
    expect(events).toEqual([
      { type: 'sign-in-started', correlationId, silent: false },
      { type: 'sign-in-completed', correlationId, ...who },
      { type: 'signed-out', by: 'user', ...who },
    ])
    const [started, completed] = events as { correlationId?: string }[]
    expect(completed?.correlationId).toBe(started?.correlationId)
    const sent = emulator.requests.find(({ endpoint }) => endpoint === 'authorize')
    expect(sent?.parameters['client-request-id']).toBe(started?.correlationId)
  })

  it('what Entra ended, and what the app ended for a user everywhere', async () => {
    const { app, events } = await start()
    await createUserAgent().step(`${app.origin}/auth/front-channel-logout?sid=12345678-90`)
    await app.core.signOutEverywhere(who)
    expect(events).toEqual([
      { type: 'signed-out', by: 'platform' },
      { type: 'signed-out', by: 'app', ...who },
    ])
  })

  it('S07 that a session was over, and why', async () => {
    let now = Date.now()
    const lifetime = { idle: 3600, absolute: 24 * 3600 }
    const { app, events } = await start({
      clock: () => now,
      signIn: { scopes: 'User.Read', lifetime },
    })
    const seen = async (later: number) => {
      const agent = createUserAgent()
      await signIn(agent, `${app.origin}/private`, ada)
      now += later
      events.length = 0
      await agent.get(`${app.origin}/`)
      now = Date.now()
      return events
    }
    expect(await seen(2 * 3600_000)).toEqual([{ type: 'session-expired', reason: 'idle', ...who }])
    expect(await seen(25 * 3600_000)).toEqual([
      { type: 'session-expired', reason: 'absolute', ...who },
    ])
  })

  it('L14 refusals, with a word and the number of Entra', async () => {
    const { app, events } = await start()
    const agent = createHaltingAgent()
    const callback = await agent.arrive(app)
    events.length = 0
    const description = `AADSTS65004: User declined. Correlation ID: ${'1'.repeat(36)}`
    const declined = { code: undefined, error: 'access_denied', error_description: description }
    await agent.step(withParameters(callback, declined))
    await agent.step(`${app.origin}/auth/callback?state=${'a'.repeat(43)}&code=x`)
    expect(events).toEqual([
      {
        type: 'sign-in-refused',
        code: 'ERR_ENTRA_SIGN_IN_REFUSED',
        status: 403,
        reason: 'consent-declined',
        aadsts: 65004,
        correlationId: expect.any(String),
      },
      {
        type: 'sign-in-refused',
        code: 'ERR_ENTRA_CALLBACK_INVALID',
        status: 400,
        reason: 'transaction',
        aadsts: undefined,
        correlationId: undefined,
      },
    ])
  })

  it('a fault that only the developer can mend: an event, a warning once, and a page without it', async () => {
    const body = {
      error: 'invalid_client',
      error_description: 'AADSTS7000215: Invalid client secret provided.',
      error_codes: [7000215],
    }
    emulator.faults.set({
      endpoint: 'token',
      kind: 'status',
      status: 401,
      body: JSON.stringify(body),
    })
    const { app, events, warnings } = await start()
    for (let count = 0; count < 2; count += 1) {
      const page = await signIn(createUserAgent(), `${app.origin}/private`, ada)
      expect(page.status).toBe(500)
      expect(page.html).not.toMatch(/secret/i)
    }
    expect(events.filter(({ type }) => type === 'sign-in-failed')).toHaveLength(2)
    expect(events.at(-1)).toMatchObject({ status: 500, message: expect.any(String) })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('A sign-in failed.')
  })

  it('nothing that is secret, in any of them', async () => {
    const { app, events, warnings } = await start()
    const agent = createUserAgent()
    await signIn(agent, `${app.origin}/private`, ada)
    const told = JSON.stringify([events, warnings])
    const callback = agent.history.find(({ url }) => url.includes('/auth/callback'))?.url ?? ''
    const { searchParams } = new URL(callback)
    for (const name of ['code', 'state', 'session_state']) {
      expect(searchParams.get(name)).toBeTruthy()
      expect(told).not.toContain(searchParams.get(name))
    }
    for (const { value } of agent.cookies.all()) expect(told).not.toContain(value)
    expect(told).not.toMatch(/eyJ|ada@contoso/)
  })

  it('R24 R25 that no refresh token came although one was asked for, once', async () => {
    const withoutRefreshToken = tamperingFetch((body) =>
      Promise.resolve({ ...body, refresh_token: undefined }),
    )
    const { app, warnings } = await start({ fetch: withoutRefreshToken })
    await signIn(createUserAgent(), `${app.origin}/private`, ada)
    await signIn(createUserAgent(), `${app.origin}/private`, ada)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('offline_access')
    const renewing = await start({ signIn: { scopes: 'User.Read', silentRenewal: false } })
    await signIn(createUserAgent(), `${renewing.app.origin}/private`, ada)
    expect(renewing.warnings).toEqual([])
  })

  it.each(['strict', true] as const)(
    'that a session cookie with SameSite %s stays away when another site leads here, once',
    async (sameSite) => {
      const { app, warnings } = await start({ session: { cookie: { sameSite } } })
      await createUserAgent().step(`${app.origin}/`)
      await createUserAgent().step(`${app.origin}/private`)
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toContain("sameSite: 'lax'")
    },
  )

  it('S10 that a Secure cookie of the session is not sent over http, where nobody stays signed in', async () => {
    const told = async (session: WebAppOptions['session'], headers = {}) => {
      const { app, warnings } = await start({ session: session ?? {} })
      await createUserAgent().step(`${app.origin}/private`, { headers })
      await createUserAgent().step(`${app.origin}/private`, { headers })
      return warnings
    }
    expect(await told({ cookie: { secure: true } })).toEqual([
      expect.stringContaining("app.set('trust proxy', 1)"),
    ])
    expect(await told({ cookie: { secure: 'auto' } })).toEqual([])
    expect(await told({ cookie: { secure: false } })).toEqual([])
  })

  it.each([
    [true, 1],
    [false, 0],
  ])('S15 that resave: %s saves what no request has changed, %d times', async (resave, times) => {
    const { app, warnings } = await start({ session: { resave } })
    const agent = createUserAgent()
    await agent.get(`${app.origin}/remember?draft=letter`)
    for (let count = 0; count < 3; count += 1) await agent.get(`${app.origin}/`)
    await signIn(agent, `${app.origin}/private`, ada)
    expect(warnings).toHaveLength(times)
    expect(warnings.every((warning) => warning.includes('Use resave: false'))).toBe(true)
  })
})

describe('diagnostics channels', () => {
  it('carry every event under its own name', async () => {
    const settings = settingsOf({ tenant: contosoId, clientId: webAppId }, nodeHost)
    const heard: unknown[] = []
    const listen = (message: unknown) => heard.push(message)
    const event = { type: 'signed-out', by: 'platform' } as const
    subscribe('entrada:signed-out', listen)
    settings.onEvent({ ...event })
    settings.onEvent({ type: 'keys-loaded', version: '2.0', keys: 1 })
    unsubscribe('entrada:signed-out', listen)
    settings.onEvent({ ...event })
    await new Promise(setImmediate)
    expect(heard).toEqual([event])
    expect(Object.isFrozen(heard[0])).toBe(true)
    expect(channel('entrada:signed-out').hasSubscribers).toBe(false)
  })
})
