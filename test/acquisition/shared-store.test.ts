import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import express from 'express'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { entra, type EntraOptions } from 'entrada/express'
import { ConfigurationError } from '../../src/protocol/configuration-error.js'
import { createMemoryTokenStore } from '../support/memory-token-store.js'
import type { TokenStore } from '../../src/stores/token-store.js'
import { serve } from '../support/loopback-server.js'

const contoso = '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77'
const tasksApi = '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10'
const secret = 'a-secret-for-shared-stores-of-32-characters'

let emulator: Emulator
const ends: (() => Promise<void>)[] = []

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory())
})
afterAll(() => emulator.stop())
afterEach(async () => {
  emulator.faults.clear()
  emulator.clearRequests()
  for (const end of ends.splice(0)) await end()
})

const tokenCalls = () => emulator.requests.filter(({ endpoint }) => endpoint === 'token').length

function optionsWith(options: EntraOptions): EntraOptions {
  return {
    tenant: contoso,
    clientId: tasksApi,
    credential: { secret: emulator.directory.applications.find(isTasksApi)?.secrets?.[0] },
    authorityHost: emulator.origin,
    graphEndpoint: emulator.graphOrigin,
    secret,
    ...options,
  }
}

const isTasksApi = ({ appId }: { appId: string }) => appId === tasksApi

/** A process that serves the tasks API, as far as a store can tell. */
async function startApi(options: EntraOptions) {
  const app = express()
  app.set('env', 'test') // Express prints unhandled errors in other environments
  const identity = entra(optionsWith(options))
  app.get('/', identity.requireScopes('Tasks.Read'), async (request, response) => {
    response.json({ token: (await identity.onBehalfOf(request).token()).reveal() })
  })
  app.use(identity.errors())
  const server = await serve(app)
  ends.push(() => server.stop())
  return async (token: string) => {
    const answer = await fetch(server.origin, { headers: { authorization: `Bearer ${token}` } })
    const [, issued] = /^{"token":"([^"]+)"}$/.exec(await answer.text()) ?? []
    return { status: answer.status, headers: answer.headers, token: issued }
  }
}

function usersOf(directory: Emulator['directory']): string[] {
  return directory.tenants[0]?.users.map(({ id }) => id) ?? []
}

function tokenOf(user: string | undefined): Promise<string> {
  return emulator.mintToken({
    resource: tasksApi,
    ...(user === undefined ? {} : { user }),
    scopes: ['Tasks.Read'],
  })
}

/** A store that can be looked into. */
function glassStore() {
  const entries = new Map<string, string>()
  const store = createMemoryTokenStore({ clock: Date.now, capacity: 1_000_000 })
  const glass: TokenStore = {
    ...store,
    set(key, value, lifetime) {
      entries.set(key, value)
      return store.set(key, value, lifetime)
    },
    lock: {
      ...store.lock,
      setFenced(key, value, lifetime, fence) {
        entries.set(key, value)
        return store.lock.setFenced(key, value, lifetime, fence)
      },
    },
  }
  return { glass, entries }
}

describe('the option store', () => {
  it('needs a secret, because what leaves the process is sealed', () => {
    const { glass: store } = glassStore()
    const construct = () => entra(optionsWith({ store, secret: undefined }))
    expect(construct).toThrow(ConfigurationError)
    expect(construct).toThrow(/secret/)
  })

  it.each<[unknown, string]>([
    [{}, 'get'],
    [{ get: () => undefined }, 'set'],
    ['redis://localhost', 'get'],
    [null, 'get'],
  ])('refuses %p, which has no %s()', (store, method) => {
    const construct = () => entra(optionsWith({ store: store as TokenStore })) // what JavaScript can write
    expect(construct).toThrow(ConfigurationError)
    expect(construct).toThrow(new RegExp(`no method ${method}\\(\\)`))
  })

  it('T02 T09 makes one on-behalf-of request for two processes, and shows the store nothing', async () => {
    const { glass: store, entries } = glassStore()
    const processes = [await startApi({ store }), await startApi({ store })]
    const assertion = await tokenOf(usersOf(emulator.directory)[0])
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => processes.map((get) => get(assertion))).flat(),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const tokens = new Set(answers.map(({ token }) => token))
    expect([tokens.size, tokenCalls()]).toEqual([1, 1])

    const [token = ''] = [...tokens]
    expect(entries.size).toBe(1)
    for (const [key, value] of entries) {
      expect(key).toMatch(/^token:[\w-]{43}$/)
      expect(value).not.toContain(token.slice(-20))
      expect(value).not.toMatch(/eyJhbGci|eyJ0eXAi|graph\.microsoft|Bearer /)
    }
  })

  it('T08 T12 never gives the token of one user to another, nor of one assertion to the next', async () => {
    const { glass: store } = glassStore()
    const processes = [await startApi({ store }), await startApi({ store })]
    const [ada, grace] = usersOf(emulator.directory)
    const assertions = await Promise.all([tokenOf(ada), tokenOf(grace), tokenOf(ada)])
    const answers = await Promise.all(
      assertions.flatMap((assertion) => processes.map((get) => get(assertion))),
    )
    const tokens = answers.map(({ token }) => token)
    expect(new Set(tokens).size).toBe(assertions[0] === assertions[2] ? 2 : 3)
    expect([tokens[0], tokens[2]]).toEqual([tokens[1], tokens[3]])
    expect(tokens[0]).not.toBe(tokens[2])
  })

  it('X07 T22 fetches anew what somebody has tampered with', async () => {
    const { glass: store, entries } = glassStore()
    const assertion = await tokenOf(usersOf(emulator.directory)[0])
    const first = await (await startApi({ store }))(assertion)
    for (const [key, value] of entries) await store.set(key, value.replace(/.$/, 'A~'), 60_000)
    const second = await (await startApi({ store }))(assertion)
    expect([first.status, second.status, tokenCalls()]).toEqual([200, 200, 2])
  })

  it('X02 reads through a rotation of the secret', async () => {
    const { glass: store } = glassStore()
    const assertion = await tokenOf(usersOf(emulator.directory)[0])
    await (
      await startApi({ store })
    )(assertion)
    const rotated = await startApi({
      store,
      secret: ['the-next-secret-of-at-least-32-letters', secret],
    })
    expect((await rotated(assertion)).status).toBe(200)
    expect(tokenCalls()).toBe(1)
  })

  it('T06 T16 tells every process what the platform wants of the user, as a challenge', async () => {
    const { glass: store } = glassStore()
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}'
    const body = { error: 'interaction_required', error_codes: [50079], claims }
    emulator.faults.set({ endpoint: 'token', kind: 'status', status: 400, body })
    const assertion = await tokenOf(usersOf(emulator.directory)[0])
    for (const get of [await startApi({ store }), await startApi({ store })]) {
      for (const { status, headers } of [await get(assertion), await get(assertion)]) {
        expect(status).toBe(401)
        expect(headers.get('www-authenticate')).toMatch(/error="insufficient_claims".*claims="/)
      }
    }
    expect(tokenCalls()).toBe(1)
  })

  it('T14 refuses nobody for what another user was refused', async () => {
    const { glass: store } = glassStore()
    const get = await startApi({ store })
    const [ada, grace] = usersOf(emulator.directory)
    const body = { error: 'invalid_grant', error_codes: [50173] }
    emulator.faults.set({ endpoint: 'token', kind: 'status', status: 400, body, times: 1 })
    expect((await get(await tokenOf(ada))).status).toBe(401)
    expect((await get(await tokenOf(grace))).status).toBe(200)
  })

  it('T07 keeps every process away from a platform that asked for a pause', async () => {
    const { glass: store } = glassStore()
    emulator.faults.set({ endpoint: 'token', kind: 'status', status: 429, retryAfter: 120 })
    const assertion = await tokenOf(usersOf(emulator.directory)[0])
    for (const get of [await startApi({ store }), await startApi({ store })]) {
      const { status, headers } = await get(assertion)
      expect(status).toBe(503)
      const seconds = Number(headers.get('retry-after'))
      expect(seconds).toBeGreaterThanOrEqual(115)
      expect(seconds).toBeLessThanOrEqual(132)
    }
    expect(tokenCalls()).toBe(1)
  })

  it('T21 sends a wrong secret once, however many users come', async () => {
    const get = await startApi({ credential: { secret: 'canary-wrong-secret' } })
    const users = usersOf(emulator.directory)
    for (const user of [...users, ...users]) {
      expect((await get(await tokenOf(user))).status).toBe(500)
    }
    expect(tokenCalls()).toBe(1)
  })

  it('X03 X05 goes on without a store that fails or hangs', async () => {
    const broken = (answer: () => Promise<never>): TokenStore => ({
      get: answer,
      set: answer,
      delete: answer,
    })
    const failing = await startApi({ store: broken(() => Promise.reject(new Error('gone'))) })
    const hanging = await startApi({ store: broken(() => new Promise(() => undefined)) })
    const assertion = await tokenOf(usersOf(emulator.directory)[0])
    for (const get of [failing, hanging]) {
      expect((await get(assertion)).status).toBe(200)
    }
    expect(tokenCalls()).toBe(2)
  })
})
