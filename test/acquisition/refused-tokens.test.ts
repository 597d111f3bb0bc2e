import { beforeEach, describe, expect, it } from '@jest/globals'
import { AccessToken } from '../../src/acquisition/access-token.js'
import { createRefusedTokens, type Acquire } from '../../src/acquisition/refused-tokens.js'
import { tokenNameOf } from '../../src/acquisition/token-name.js'
import { PlatformUnavailableError } from '../../src/protocol/platform-unavailable-error.js'
import { RequestRefusedError } from '../../src/protocol/token-errors.js'
import { refusal } from './refusals.js'

const hour = 3_600_000
const base = tokenNameOf('ada', 'api')
const claimsFor = (context: string) =>
  JSON.stringify({ access_token: { acrs: { essential: true, value: context } } })

const nbf = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'

describe('tokens that an API refused', () => {
  let now: number
  let kept: Map<string, AccessToken>
  let asked: (string | undefined)[]
  let failure: Error | undefined
  let lifetime: number
  let refused: ReturnType<typeof createRefusedTokens>

  beforeEach(() => {
    now = 1_790_000_000_000
    kept = new Map()
    asked = []
    failure = undefined
    lifetime = hour
    refused = createRefusedTokens(() => now, { recall: ({ key }) => valid(kept.get(key)) })
  })

  const valid = (token: AccessToken | undefined) =>
    token !== undefined && now < token.expiresAt ? token : undefined

  /** A cache in front of a platform that counts its tokens, and is asked with these claims. */
  const acquire: Acquire = (name, successor) => {
    const held = valid(kept.get(name.key))
    if (held !== undefined) return Promise.resolve(held)
    asked.push(successor?.claims)
    if (failure !== undefined) return Promise.reject(failure)
    const expiresAt = now + lifetime
    const token = new AccessToken({ token: `token ${asked.length}`, scopes: [], expiresAt })
    kept.set(name.key, token)
    return Promise.resolve(token)
  }
  const plain = () => refused.acquire(base, undefined, acquire)
  const demanded = (token: AccessToken, context: string) =>
    refused.acquire(base, { refused: token, claims: claimsFor(context) }, acquire)

  it('are followed by one that is renewed with what was demanded, for others find it by that', async () => {
    lifetime = 24 * hour
    const first = await plain()
    lifetime = hour
    const second = await demanded(first, 'c1')
    expect(await plain()).toBe(second)
    now += hour
    expect((await plain()).reveal()).toBe('token 3')
    expect(asked).toEqual([undefined, claimsFor('c1'), claimsFor('c1')])
  })

  it('T27 are begun anew with when what was demanded is given no more, and not in an outage', async () => {
    lifetime = 24 * hour
    const first = await plain()
    lifetime = hour
    await demanded(first, 'c1')
    now += hour
    failure = new PlatformUnavailableError({ endpoint: 'token', failure: 'status', retryAfter: 5 })
    await expect(plain()).rejects.toBe(failure)
    failure = new RequestRefusedError({ ...refusal, reason: 'denied' })
    expect(await plain()).toBe(first)
    expect(asked).toHaveLength(4)
  })

  it('T27 do not come back while they live, although their successor was refused as well', async () => {
    lifetime = 24 * hour
    const first = await plain()
    lifetime = hour
    const second = await demanded(first, 'c1')
    const third = await demanded(second, 'c1')
    expect(await plain()).toBe(third)
    now += hour
    expect((await plain()).reveal()).toBe('token 4')
    now += 23 * hour
    expect((await plain()).reveal()).toBe('token 5')
    expect(asked.at(-1)).toBeUndefined()
  })

  it('T27 bring who learns of it late what is used by now', async () => {
    const first = await plain()
    const second = await demanded(first, 'c1')
    const third = await demanded(second, 'c1')
    expect(await demanded(first, 'c1')).toBe(third)
    expect(await plain()).toBe(third)
    expect(asked).toHaveLength(3)
  })

  it('T27 are not begun anew with after an end: what came before it is as dead', async () => {
    lifetime = 24 * hour
    const first = await plain()
    lifetime = hour
    await refused.acquire(base, { refused: first, claims: nbf }, acquire)
    now += hour
    failure = new RequestRefusedError({ ...refusal, reason: 'denied' })
    await expect(plain()).rejects.toBe(failure)
  })

  it('are followed by one that was there, for as long as the one refused last lives', async () => {
    const first = await plain()
    now += 50 * 60_000
    const second = await demanded(first, 'c1')
    now += 11 * 60_000
    const third = await plain()
    expect(await demanded(third, 'c1')).toBe(second)
    expect(await plain()).toBe(second)
  })

  it('leave what came meanwhile when a renewal is refused', async () => {
    lifetime = 24 * hour
    const first = await plain()
    lifetime = hour
    const second = await demanded(first, 'c1')
    now += hour
    const renewal = refused.acquire(base, undefined, async (name, successor) => {
      if (successor?.claims !== claimsFor('c1')) return acquire(name, successor)
      await demanded(second, 'c2')
      throw new RequestRefusedError({ ...refusal, reason: 'denied' })
    })
    expect(await renewal).toBe(await plain())
    expect(await plain()).not.toBe(first)
  })

  it('T27 bring none of before, with whatever context, once a session was revoked', async () => {
    const first = await plain()
    const second = await demanded(first, 'c1')
    const third = await refused.acquire(base, { refused: second, claims: nbf }, acquire)
    const fourth = await demanded(third, 'c1')
    expect(fourth.reveal()).toBe('token 4')
    expect(await plain()).toBe(fourth)
    // A later end, too, is of all that came before.
    const fifth = await refused.acquire(base, { refused: fourth, claims: nbf }, acquire)
    expect(fifth.reveal()).toBe('token 5')
  })

  it('are asked for once with each of two contexts, though an API wants them in turn', async () => {
    const first = await plain()
    let held = await demanded(await demanded(first, 'c1'), 'c2')
    for (let turn = 0; turn < 5; turn += 1) {
      held = await demanded(await demanded(held, 'c1'), 'c2')
    }
    expect(asked).toEqual([undefined, claimsFor('c1'), claimsFor('c2')])
  })
})
