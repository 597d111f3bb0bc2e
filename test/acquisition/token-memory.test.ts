import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { AccessToken } from '../../src/acquisition/access-token.js'
import { keptTokenOf, type KeptToken } from '../../src/stores/kept-token.js'
import { createTokenMemory } from '../../src/acquisition/token-memory.js'

function at(start = 1_790_000_000_000) {
  const time = { now: start }
  return { clock: () => time.now, pass: (milliseconds: number) => void (time.now += milliseconds) }
}

function counting(clock: () => number, response: Record<string, unknown> = { expires_in: 3600 }) {
  const calls = { count: 0, fails: false }
  const acquire = async (): Promise<KeptToken> => {
    const number = ++calls.count
    await Promise.resolve()
    if (calls.fails) throw new Error('the platform is away')
    const body = { access_token: `token ${number}`, token_type: 'bearer' as const, ...response }
    return keptTokenOf(body, { resource: 'r', requested: ['scope'], receivedAt: clock() })
  }
  return { calls, acquire }
}

const textOf = async (granted: Promise<KeptToken>) => (await granted).token

describe('tokens kept in memory', () => {
  it('T01 makes one request for a thousand that wait, and none while the token is good', async () => {
    const { clock, pass } = at()
    const { calls, acquire } = counting(clock)
    const memory = createTokenMemory({ clock, capacity: 10 })
    await Promise.all(Array.from({ length: 1000 }, () => memory.get('key', acquire)))
    pass(54 * 60_000)
    await memory.get('key', acquire)
    expect(calls.count).toBe(1)
    pass(2 * 60_000)
    expect(await textOf(memory.get('key', acquire))).toBe('token 2')
  })

  it('T08 keeps each key to itself', async () => {
    const { clock } = at()
    const { acquire } = counting(clock)
    const memory = createTokenMemory({ clock, capacity: 10 })
    const [one, two] = await Promise.all([memory.get('a', acquire), memory.get('b', acquire)])
    expect(one.token).not.toBe(two.token)
  })

  it('T26 serves a token past its refresh time while it is renewed, and when that fails', async () => {
    const { clock, pass } = at()
    const { calls, acquire } = counting(clock, { expires_in: 86_400, refresh_in: 43_200 })
    const memory = createTokenMemory({ clock, capacity: 10 })
    await memory.get('key', acquire)
    pass(43_200_000)
    calls.fails = true
    expect(await textOf(memory.get('key', acquire))).toBe('token 1')
    expect(await textOf(memory.get('key', acquire))).toBe('token 1')
    await new Promise(setImmediate)
    expect(await textOf(memory.get('key', acquire))).toBe('token 1')
    expect(calls.count).toBe(2)
    calls.fails = false
    pass(30_000)
    expect(await textOf(memory.get('key', acquire))).toBe('token 1')
    await new Promise(setImmediate)
    expect(await textOf(memory.get('key', acquire))).toBe('token 3')
  })

  it('T23 drops the token not used for longest when it is full', async () => {
    const { clock } = at()
    const { calls, acquire } = counting(clock)
    const memory = createTokenMemory({ clock, capacity: 2 })
    await memory.get('a', acquire)
    await memory.get('b', acquire)
    await memory.get('a', acquire)
    await memory.get('c', acquire)
    await memory.get('a', acquire)
    expect(calls.count).toBe(3)
    await memory.get('b', acquire)
    expect(calls.count).toBe(4)
  })

  it('tells everybody who waits about a failure, and asks again the next time', async () => {
    const { clock } = at()
    const { calls, acquire } = counting(clock)
    const memory = createTokenMemory({ clock, capacity: 2 })
    calls.fails = true
    const outcomes = await Promise.allSettled([memory.get('a', acquire), memory.get('a', acquire)])
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected'])
    expect(calls.count).toBe(1)
    calls.fails = false
    expect(await textOf(memory.get('a', acquire))).toBe('token 2')
  })

  it.each([undefined, 'soon', 0, -1, NaN])(
    'T25 L30 does not keep a token whose expires_in is %p',
    async (expiresIn) => {
      const { clock } = at()
      const { calls, acquire } = counting(clock, { expires_in: expiresIn })
      const memory = createTokenMemory({ clock, capacity: 2 })
      await memory.get('a', acquire)
      await memory.get('a', acquire)
      expect(calls.count).toBe(2)
    },
  )

  it('T25 believes no lifetime beyond two days', () => {
    const { clock } = at()
    const body = { access_token: 't', token_type: 'bearer' as const, expires_in: 1e12 }
    const kept = keptTokenOf(body, { resource: 'r', requested: [], receivedAt: clock() })
    expect(kept.expiresAt - clock()).toBe(48 * 3600 * 1000)
  })
})

describe('a token for another API', () => {
  it('R40 O02 is opaque wherever it is printed, and revealed only when asked', () => {
    const token = new AccessToken({ token: 'canary', scopes: ['s'], expiresAt: 1 })
    const printed = [
      String(token),
      JSON.stringify({ token }),
      inspect(token),
      Object.values(token).join(),
    ]
    expect(printed.join()).not.toContain('canary')
    expect(structuredClone(token)).toEqual({ scopes: ['s'], expiresAt: 1 })
    expect(token.reveal()).toBe('canary')
  })
})
