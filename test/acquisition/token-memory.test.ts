import { format, inspect } from 'node:util'
import { serialize } from 'node:v8'
import { describe, expect, it } from '@jest/globals'
import { AccessToken } from '../../src/acquisition/access-token.js'
import { keptTokenOf, type KeptToken } from '../../src/stores/kept-token.js'
import { createTokenMemory } from '../../src/acquisition/token-memory.js'
import { tokenNameOf } from '../../src/acquisition/token-name.js'
import { InteractionRequiredError, ThrottledError } from '../../src/protocol/token-errors.js'
import { consentMissing, interactionNeeded, throttled, unavailable } from './refusals.js'

function at(start = 1_790_000_000_000) {
  const time = { now: start }
  return { clock: () => time.now, pass: (milliseconds: number) => void (time.now += milliseconds) }
}

function remembering({
  clock,
  capacity = 100_000,
  response = { expires_in: 3600 },
}: {
  clock: () => number
  capacity?: number
  response?: Record<string, unknown>
}) {
  const calls: { count: number; error: Error | undefined } = { count: 0, error: undefined }
  const memory = createTokenMemory({ clock, capacity })
  const acquire = async (): Promise<KeptToken> => {
    const number = ++calls.count
    await Promise.resolve()
    if (calls.error) throw calls.error
    const body = { access_token: `token ${number}`, token_type: 'bearer' as const, ...response }
    return keptTokenOf(body, { resource: 'r', requested: ['scope'], receivedAt: clock() })
  }
  return {
    calls,
    memory,
    acquire,
    get: (...name: string[]) => memory.get({ name: tokenNameOf(...name), acquire }),
    settle: () => new Promise(setImmediate),
  }
}

const textOf = async (granted: Promise<AccessToken>) => (await granted).reveal()

describe('tokens kept in memory', () => {
  it('T01 makes one request for a thousand that wait, and none while the token is good', async () => {
    const { clock, pass } = at()
    const { calls, get } = remembering({ clock })
    await Promise.all(Array.from({ length: 1000 }, () => get('key')))
    pass(49 * 60_000)
    await get('key')
    expect(calls.count).toBe(1)
    pass(7 * 60_000)
    expect(await textOf(get('key'))).toBe('token 2')
  })

  it('T08 T11 keeps each name to itself, whatever its parts hold', async () => {
    const { clock } = at()
    const { calls, get } = remembering({ clock })
    const names = [['a', 'b'], ['ab'], ['a', 'b', ''], ['a1:b'], ['', 'a', 'b'], ['b', 'a']]
    const tokens = await Promise.all(names.map((name) => textOf(get(...name))))
    expect(new Set(tokens).size).toBe(names.length)
    expect(await Promise.all(names.map((name) => textOf(get(...name))))).toEqual(tokens)
    expect(calls.count).toBe(names.length)
  })

  it('T18 hands out nothing after the end of the assertion it was given for', async () => {
    const { clock, pass } = at()
    const { calls, memory, acquire } = remembering({
      clock,
      response: { expires_in: 86_400, refresh_in: 43_200 },
    })
    const request = { name: tokenNameOf('key'), until: clock() + 3_600_000, acquire }
    expect(await textOf(memory.get(request))).toBe('token 1')
    pass(3_599_000)
    expect(memory.recall(request.name)?.reveal()).toBe('token 1')
    pass(1_000)
    expect(memory.recall(request.name)).toBeUndefined()
    calls.error = interactionNeeded()
    await expect(memory.get(request)).rejects.toBe(calls.error)
    expect(calls.count).toBe(2)
  })

  it('T26 serves a token past its refresh time while it is renewed, and when that fails', async () => {
    const { clock, pass } = at()
    const { calls, get } = remembering({
      clock,
      response: { expires_in: 86_400, refresh_in: 43_200 },
    })
    await get('key')
    pass(43_200_000)
    calls.error = new Error('the platform is away')
    expect(await textOf(get('key'))).toBe('token 1')
    expect(await textOf(get('key'))).toBe('token 1')
    await new Promise(setImmediate)
    expect(await textOf(get('key'))).toBe('token 1')
    expect(calls.count).toBe(2)
    calls.error = undefined
    pass(30_000)
    expect(await textOf(get('key'))).toBe('token 1')
    await new Promise(setImmediate)
    expect(await textOf(get('key'))).toBe('token 3')
  })

  it('T26 serves a stale token for as long as it is valid when it cannot be renewed, and no longer', async () => {
    const { clock, pass } = at()
    const { calls, get } = remembering({ clock })
    await get('key')
    calls.error = new Error('the platform is away')
    pass(56 * 60_000)
    expect(await textOf(get('key'))).toBe('token 1')
    expect(await textOf(get('key'))).toBe('token 1')
    expect(calls.count).toBe(2)
    pass(30_000)
    expect(await textOf(get('key'))).toBe('token 1')
    expect(calls.count).toBe(3)
    pass(4 * 60_000)
    await expect(get('key')).rejects.toThrow('the platform is away')
  })

  it('T07 serves a good token for as long as renewing it is throttled', async () => {
    const { clock, pass } = at()
    const { calls, get } = remembering({
      clock,
      response: { expires_in: 86_400, refresh_in: 3_600 },
    })
    await get('key')
    calls.error = throttled(1800)
    pass(3_600_000)
    for (let minute = 0; minute < 30; minute += 1) {
      expect(await textOf(get('key'))).toBe('token 1')
      await new Promise(setImmediate)
      pass(59_000)
    }
    expect(calls.count).toBe(2)
  })

  it('X12 spreads the renewals of tokens that came together, and runs a few at a time', async () => {
    const { clock, pass } = at()
    const { calls, get, settle } = remembering({
      clock,
      capacity: 10_000_000,
      response: { expires_in: 86_400, refresh_in: 43_200 },
    })
    const users = Array.from({ length: 1000 }, (_, index) => `user ${index}`)
    await Promise.all(users.map((user) => get(user)))
    expect(calls.count).toBe(1000)
    pass(43_050_000)
    await Promise.all(users.map((user) => get(user)))
    await settle()
    const early = calls.count - 1000
    expect(early).toBe(20)
    pass(150_000)
    for (let round = 0; round < 60; round += 1) {
      const before = calls.count
      await Promise.all(users.map((user) => get(user)))
      await settle()
      expect(calls.count - before).toBeLessThanOrEqual(20)
    }
    expect(calls.count).toBe(2000)
  })

  it('T23 takes the bytes it is told and drops the token not used for longest', async () => {
    const { clock } = at()
    const { calls, get, memory } = remembering({ clock, capacity: 1_200 })
    await get('a')
    await get('b')
    await get('a')
    await get('c')
    await get('a')
    expect(calls.count).toBe(3)
    await get('b')
    expect(calls.count).toBe(4)
    for (let user = 0; user < 10_000; user += 1) await get(`user ${user}`)
    expect(memory.bytes).toBeLessThanOrEqual(1_200)
  })

  it('T23 counts no bytes of what was never kept', async () => {
    const { clock } = at()
    const { calls, get, memory } = remembering({ clock })
    calls.error = new Error('no')
    await get('key').catch(() => undefined)
    expect(memory.bytes).toBe(0)
  })

  it('tells everybody who waits about a failure, and asks again the next time', async () => {
    const { clock } = at()
    const { calls, get } = remembering({ clock })
    calls.error = new Error('the platform is away')
    const outcomes = await Promise.allSettled([get('a'), get('a')])
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected'])
    expect(calls.count).toBe(1)
    calls.error = undefined
    expect(await textOf(get('a'))).toBe('token 2')
  })

  it.each([undefined, 'soon', 0, -1, NaN])(
    'T25 L30 does not keep a token whose expires_in is %p',
    async (expiresIn) => {
      const { clock } = at()
      const { calls, get } = remembering({ clock, response: { expires_in: expiresIn } })
      await get('a')
      await get('a')
      expect(calls.count).toBe(2)
    },
  )

  it.each([-3_600_000, 3_600_000, -86_400_000])(
    'T25 asks once more, not for ever, when the clock jumps by %p milliseconds',
    async (jump) => {
      const { clock, pass } = at()
      const { calls, get } = remembering({ clock })
      await get('a')
      pass(jump)
      for (let count = 0; count < 10; count += 1) await get('a')
      expect(calls.count).toBe(2)
    },
  )

  it('T25 R26 believes no lifetime beyond two days', () => {
    const { clock } = at()
    const body = { access_token: 't', token_type: 'bearer' as const, expires_in: 1e12 }
    const kept = keptTokenOf(body, { resource: 'r', requested: [], receivedAt: clock() })
    expect(kept.expiresAt - clock()).toBe(48 * 3600 * 1000)
  })
})

describe('what the platform refused', () => {
  it.each([
    ['T06 T14 a refusal', interactionNeeded(), 30_000],
    ['T06 T14 a missing consent, which somebody may be giving', consentMissing(), 5_000],
    ['T07 a throttled request', throttled(120), 132_000],
    ['T07 a throttled request for which an absurd pause was asked', throttled(1e9), 3_960_000],
    ['T07 an outage with Retry-After', unavailable('status', 60), 66_000],
    ['an unreachable platform', unavailable('network', 5), 1_100],
  ])('%s is told again without asking, and asked again in time', async (_, error, longest) => {
    const { clock, pass } = at()
    const { calls, get } = remembering({ clock })
    calls.error = error
    const shortest = longest / 1.1
    for (const step of [0, 0, shortest / 2, shortest / 2 - 501]) {
      pass(step)
      await expect(get('a')).rejects.toBeInstanceOf(error.constructor)
    }
    expect(calls.count).toBe(1)
    calls.error = undefined
    pass(longest)
    expect(await textOf(get('a'))).toBe('token 2')
  })

  it('T14 is refused for nobody else', async () => {
    const { clock } = at()
    const { calls, get } = remembering({ clock })
    calls.error = interactionNeeded()
    await expect(get('ada')).rejects.toBe(calls.error)
    calls.error = undefined
    expect(await textOf(get('eve'))).toBe('token 2')
    await expect(get('ada')).rejects.toThrow(InteractionRequiredError)
  })

  it('T07 says how much of the pause is left', async () => {
    const { clock, pass } = at()
    const { calls, get } = remembering({ clock })
    calls.error = throttled(120)
    await get('a').catch(() => undefined)
    pass(100_000)
    const later: unknown = await get('a').catch((error: unknown) => error)
    if (!(later instanceof ThrottledError)) throw new Error('It was not throttled.')
    expect(later.retryAfter).toBeGreaterThanOrEqual(20)
    expect(later.retryAfter).toBeLessThanOrEqual(32)
    expect(later.headers['Retry-After']).toBe(String(later.retryAfter))
  })

  it('T25 is asked again when the clock was set back by hours', async () => {
    const { clock, pass } = at()
    const { calls, get } = remembering({ clock })
    calls.error = interactionNeeded()
    await get('a').catch(() => undefined)
    pass(-24 * 3_600_000)
    calls.error = undefined
    expect(await textOf(get('a'))).toBe('token 2')
  })
})

describe('a token for another API', () => {
  it('R40 O02 is opaque wherever it is printed, and revealed only when asked', () => {
    const token = new AccessToken({ token: 'canary', scopes: ['s'], expiresAt: 1 })
    const printed = [
      String(token),
      `Bearer ${token.toString()}`,
      ['Bearer', token].join(' '),
      JSON.stringify({ token }),
      inspect(token),
      inspect(token, { customInspect: false, showHidden: true }),
      format('%s %o %j', token, token, token),
      inspect(Object.assign({}, token)),
      inspect(new Error('failed', { cause: token })),
      Object.values(token).join(),
      serialize(token).toString('latin1'),
    ]
    expect(printed.join()).not.toContain('canary')
    expect(printed[1]).toBe('Bearer [redacted]')
    expect(structuredClone(token)).toEqual({ scopes: ['s'], expiresAt: 1, refreshAt: 1 })
    expect(token.reveal()).toBe('canary')
  })
})
