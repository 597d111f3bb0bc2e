import { afterEach, describe, expect, it } from '@jest/globals'
import { createClient } from 'redis'
import { redisTokenStore } from 'entrada/redis'
import { createSharedTokens, type SharedTokens } from '../../src/acquisition/shared-tokens.js'
import { createTokenMemory, type TokenMemory } from '../../src/acquisition/token-memory.js'
import { tokenNameOf } from '../../src/acquisition/token-name.js'
import { InteractionRequiredError, ThrottledError } from '../../src/protocol/token-errors.js'
import { keptTokenOf, type KeptToken } from '../../src/stores/kept-token.js'
import { createMemoryTokenStore } from '../support/memory-token-store.js'
import { StoreUnavailable } from '../../src/stores/store-unavailable.js'
import type { TokenStore } from '../../src/stores/token-store.js'
import { redisServer, startRedis } from '../support/redis.js'
import { describeWithService } from '../support/services.js'
import { consentMissing, interactionNeeded, throttled, unavailable } from './refusals.js'

const time = { now: 1_790_000_000_000 }
const clock = () => time.now

function memoryStore(): Required<TokenStore> {
  return createMemoryTokenStore({ clock, capacity: 1_000_000 })
}

/** A platform that counts, and processes that have nothing in common but it and a store. */
function platform() {
  const calls: { count: number; error: Error | undefined; delay: number } = {
    count: 0,
    error: undefined,
    delay: 5,
  }
  async function acquire(): Promise<KeptToken> {
    const number = ++calls.count
    await new Promise((resolve) => setTimeout(resolve, calls.delay))
    if (calls.error) throw calls.error
    const body = {
      access_token: `token ${number}`,
      token_type: 'bearer' as const,
      expires_in: 3600,
    }
    return keptTokenOf(body, { resource: 'r', requested: ['scope'], receivedAt: clock() })
  }
  function process(store: TokenStore, namespace = ['authority', 'client', 'app']) {
    const shared: SharedTokens = createSharedTokens({ store, clock, namespace })
    const memory: TokenMemory = createTokenMemory({
      clock,
      capacity: 1e6,
      fetch: (request, need) => shared.get(request, need),
    })
    return {
      get: async (...name: string[]) =>
        (await memory.get({ name: tokenNameOf(...name), acquire })).reveal(),
      getUntil: async (until: number, ...name: string[]) =>
        (await memory.get({ name: tokenNameOf(...name), acquire, until })).reveal(),
    }
  }
  return { calls, process }
}

type Process = ReturnType<ReturnType<typeof platform>['process']>

/** So many requests in each of the processes, all at once. */
function fromEach(processes: readonly Process[], count: number): Promise<string[]> {
  const requests = Array.from({ length: count }, () => processes.map(({ get }) => get('key')))
  return Promise.all(requests.flat())
}

describe('tokens that processes share', () => {
  it('T02 are fetched once, however many processes and requests want them at once', async () => {
    const { calls, process } = platform()
    const store = memoryStore()
    const processes = [1, 2, 3, 4].map(() => process(store))
    const tokens = await fromEach(processes, 250)
    expect(new Set(tokens)).toEqual(new Set(['token 1']))
    expect(calls.count).toBe(1)
  })

  it('T08 T09 are kept apart by every part of their name and of what they have in common', async () => {
    const { calls, process } = platform()
    const store = memoryStore()
    const namespaces = [
      ['authority', 'client', 'app'],
      ['other authority', 'client', 'app'],
      ['authority', 'other client', 'app'],
      ['authority', 'client', 'on-behalf-of'],
    ]
    const names = [
      ['contoso', 'ada', 'graph'],
      ['fabrikam', 'ada', 'graph'],
      ['contoso', 'eve', 'graph'],
      ['contoso', 'ada', 'vault'],
      ['contoso', 'adagraph'],
    ]
    const tokens: string[] = []
    for (const namespace of namespaces) {
      for (const name of names) tokens.push(await process(store, namespace).get(...name))
    }
    expect(new Set(tokens).size).toBe(20)
    expect(calls.count).toBe(20)
  })

  it('T09 T11 have keys from which nothing can be read', async () => {
    const { process } = platform()
    const keys: string[] = []
    const store = memoryStore()
    const seen: TokenStore = {
      get: (key) => {
        keys.push(key)
        return store.get(key)
      },
      set: (...entry) => store.set(...entry),
      delete: (key) => store.delete(key),
    }
    await process(seen).get('contoso', 'ada', 'canary-assertion')
    expect(keys[0]).toMatch(/^token:[\w-]{43}$/)
  })

  it('are found by a process that has just started, and fetched anew when they are stale', async () => {
    const { calls, process } = platform()
    const store = memoryStore()
    await process(store).get('key')
    time.now += 40 * 60_000
    expect(await process(store).get('key')).toBe('token 1')
    time.now += 16 * 60_000
    expect(await process(store).get('key')).toBe('token 2')
    expect(calls.count).toBe(2)
  })

  it('T26 are renewed by one process while the others serve the old one', async () => {
    const { calls, process } = platform()
    const store = memoryStore()
    const processes = [process(store), process(store)]
    await Promise.all(processes.map(({ get }) => get('key')))
    time.now += 55 * 60_000 - 1 // stale with the next millisecond, and due by any chance
    const served = await Promise.all(processes.map(({ get }) => get('key')))
    expect(served).toEqual(['token 1', 'token 1'])
    let latest: readonly string[] = served
    for (let wait = 0; wait < 200 && latest.includes('token 1'); wait += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      latest = await Promise.all(processes.map(({ get }) => get('key')))
    }
    expect(latest).toEqual(['token 2', 'token 2'])
    expect(calls.count).toBe(2)
  })

  it('T18 are gone with the assertion they were given for', async () => {
    const { calls, process } = platform()
    const store = memoryStore()
    await process(store).getUntil(clock() + 60_000, 'key')
    time.now += 59_000
    await process(store).getUntil(clock() + 1_000, 'key')
    expect(calls.count).toBe(1)
    time.now += 2_000
    await process(store).getUntil(clock() + 1_000, 'key')
    expect(calls.count).toBe(2)
  })

  it('X08 mean nothing when the clock that dated them has been set back', async () => {
    const { process } = platform()
    const store = memoryStore()
    await process(store).get('key')
    time.now -= 30_000
    expect(await process(store).get('key')).toBe('token 1')
    time.now -= 3_600_000
    expect(await process(store).get('key')).toBe('token 2')
  })
})

describe('what the platform refused one process', () => {
  it.each([
    ['T06 T14 a refusal with claims', interactionNeeded()],
    ['T14 a missing consent', consentMissing()],
    ['T07 a throttled request', throttled(120)],
    ['T07 an outage with Retry-After', unavailable('status', 60)],
  ])('%s is told to the others without asking again', async (_, error) => {
    const { calls, process } = platform()
    const store = memoryStore()
    calls.error = error
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => process(store).get('key')))
    expect(calls.count).toBe(1)
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') throw new Error('It was not refused.')
      const told: unknown = outcome.reason
      if (!(told instanceof Error)) throw new Error('It was not an error.')
      expect(told.constructor).toBe(error.constructor)
      expect(told).toMatchObject(
        error instanceof InteractionRequiredError
          ? { claims: error.claims, next: error.next, aadsts: error.aadsts, status: 401 }
          : { code: error.code, status: error.status },
      )
    }
  })

  it('T14 ends for every process when it ends for the first, after 30 seconds at most', async () => {
    const { calls, process } = platform()
    const store = memoryStore()
    calls.error = interactionNeeded()
    await process(store)
      .get('key')
      .catch(() => undefined)
    time.now += 29_000
    const late = process(store)
    await expect(late.get('key')).rejects.toThrow(InteractionRequiredError)
    calls.error = undefined
    time.now += 1_001
    expect(await late.get('key')).toBe('token 2')
  })

  it('T07 says how much of the pause is left', async () => {
    const { calls, process } = platform()
    const store = memoryStore()
    calls.error = throttled(120)
    await process(store)
      .get('key')
      .catch(() => undefined)
    time.now += 100_000
    const told: unknown = await process(store)
      .get('key')
      .catch((error: unknown) => error)
    if (!(told instanceof ThrottledError)) throw new Error('It was not throttled.')
    expect(told.retryAfter).toBeLessThanOrEqual(32)
  })

  it('T26 does not take the good token away from the others', async () => {
    const { calls, process } = platform()
    const store = memoryStore()
    const first = process(store)
    await first.get('key')
    time.now += 55 * 60_000 - 1 // stale with the next millisecond, and due by any chance
    calls.error = unavailable('status', 60)
    await first.get('key')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await process(store).get('key')).toBe('token 1')
  })

  it('is nobody else’s concern when it is a fault of the program', async () => {
    const { calls, process } = platform()
    const store = memoryStore()
    calls.error = new TypeError('a mistake')
    await expect(process(store).get('key')).rejects.toThrow(TypeError)
    calls.error = undefined
    expect(await process(store).get('key')).toBe('token 2')
  })
})

describe('a store that is not what it should be', () => {
  const away = () => Promise.reject(new StoreUnavailable())

  it('X03 X05 does not keep a process from having its tokens', async () => {
    const { process } = platform()
    const store = memoryStore()
    const broken: TokenStore[] = [
      { get: away, set: away, delete: away },
      { ...store, get: away },
      { ...store, lock: { ...store.lock, acquire: away } },
      { ...store, lock: { ...store.lock, setFenced: away, release: away } },
    ]
    for (const [index, store] of broken.entries()) {
      const { get } = process(store)
      expect(await get(`key ${index}`)).toBe(await get(`key ${index}`))
    }
  })

  it('shares tokens without a lock too, one request per process', async () => {
    const { calls, process } = platform()
    const { lock: _lock, ...store } = memoryStore()
    const processes = [process(store), process(store)]
    await fromEach(processes, 50)
    expect(calls.count).toBe(2)
    await process(store).get('key')
    expect(calls.count).toBe(2)
  })

  it('T29 does the work for those who wait although the one who asked first has gone', async () => {
    const { calls, process } = platform()
    const store = memoryStore()
    const { get } = process(store)
    const abandoned = get('key')
    const waiting = get('key')
    await Promise.race([abandoned, Promise.resolve()])
    expect(await waiting).toBe('token 1')
    expect(calls.count).toBe(1)
  })
})

describeWithService(redisServer, 'tokens that processes share on Redis', () => {
  const ends: (() => unknown)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })

  async function connected(url: string): Promise<TokenStore> {
    const client = createClient({ url, disableOfflineQueue: true })
    client.on('error', () => undefined)
    await client.connect()
    ends.push(() => client.destroy())
    return redisTokenStore({ client })
  }

  it('T02 are fetched once over four connections, and again when Redis was flushed (X06)', async () => {
    const redis = await startRedis()
    ends.push(() => redis.stop())
    const { calls, process } = platform()
    calls.delay = 100
    const processes: Process[] = []
    for (let number = 0; number < 4; number += 1)
      processes.push(process(await connected(redis.url)))
    const everywhere = () => fromEach(processes, 250)
    expect(new Set(await everywhere())).toEqual(new Set(['token 1']))

    const client = createClient({ url: redis.url })
    await client.connect()
    await client.flushAll()
    client.destroy()
    expect(new Set(await everywhere())).toEqual(new Set(['token 1']))
    expect(await process(await connected(redis.url)).get('key')).toBe('token 2')
    expect(calls.count).toBe(2)
  })
})
