import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { createTokenMemo, type RememberedToken } from '../../src/validation/token-memo.js'
import { guardedApi, ids, type GuardedApi } from '../support/guard.js'
import { signingKey } from '../support/key-server.js'

describe('the memory of verified tokens', () => {
  // The memory never looks inside what it keeps.
  const thing = (name: string) => ({ name }) as unknown as RememberedToken
  const tail = 'T'.repeat(32)

  it('finds a token by its end and compares it whole', () => {
    const memo = createTokenMemo()
    memo.remember(`one.${tail}`, thing('one'))
    expect(memo.recall(`one.${tail}`)).toEqual({ name: 'one' })
    expect(memo.recall(`two.${tail}`)).toBeUndefined()
    expect(memo.recall(tail)).toBeUndefined()
    expect(memo.recall('')).toBeUndefined()
  })

  it('keeps one token per ending, the newer one', () => {
    const memo = createTokenMemo()
    memo.remember(`one.${tail}`, thing('one'))
    memo.remember(`two.${tail}`, thing('two'))
    expect(memo.recall(`one.${tail}`)).toBeUndefined()
    expect(memo.recall(`two.${tail}`)).toEqual({ name: 'two' })
    memo.forget(`one.${tail}`)
    expect(memo.recall(`two.${tail}`)).toEqual({ name: 'two' })
    memo.forget(`two.${tail}`)
    expect(memo.recall(`two.${tail}`)).toBeUndefined()
  })

  it('O05 holds no more than its bytes, and lets the longest unused go first', () => {
    const tokens = Array.from({ length: 6 }, (_, index) => String(index).repeat(1000))
    const memo = createTokenMemo(3 * (3000 + 512))
    for (const token of tokens.slice(0, 3)) memo.remember(token, thing(token))
    memo.recall(tokens[0] ?? '')
    memo.remember(tokens[3] ?? '', thing('3'))
    expect(tokens.map((token) => memo.recall(token) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
      false,
      false,
    ])
    memo.remember('x'.repeat(10_000), thing('large'))
    expect(memo.recall('x'.repeat(10_000))).toBeUndefined()
  })

  it('counts what it forgets', () => {
    const memo = createTokenMemo(3000 + 512)
    for (let round = 0; round < 50; round += 1) {
      const token = String(round).padStart(1000, 'a')
      memo.remember(token, thing(token))
      expect(memo.recall(token)).toBeDefined()
      if (round % 2 === 0) memo.forget(token)
    }
  })
})

describe('a token that was verified before', () => {
  let api: GuardedApi
  beforeAll(async () => {
    api = await guardedApi({ tenant: 'common', tenants: 'any' })
  })
  afterAll(() => api.stop())

  it('yields the same caller without another look at the signature', async () => {
    const token = api.token(api.user())
    const first = await api.validator.verify(token)
    const looks = jest.spyOn(crypto.subtle, 'verify')
    for (let count = 0; count < 1000; count += 1)
      expect(await api.validator.verify(token)).toBe(first)
    expect(looks).not.toHaveBeenCalled()
    await api.validator.verify(api.token(api.user({ uti: 'another' })))
    expect(looks).toHaveBeenCalledTimes(1)
    looks.mockRestore()
  })

  it('yields one caller to requests that come at the same time', async () => {
    const token = api.token(api.user({ uti: 'parallel' }))
    const callers = await Promise.all(Array.from({ length: 20 }, () => api.validator.verify(token)))
    expect(new Set(callers).size).toBe(1)
  })

  it('is remembered whole: no part of it, and nothing with it in front, is known', async () => {
    const token = api.token(api.user({ uti: 'whole' }))
    await api.validator.verify(token)
    expect(api.validator.recall(token)).toBeDefined()
    for (const other of [token.slice(1), `${token}A`, token.slice(-32), '']) {
      expect(api.validator.recall(other)).toBeUndefined()
    }
  })

  it('G45 is refused at once when the tenant policy changes', async () => {
    let welcome = true
    const own = await guardedApi({ tenant: 'common', tenants: () => welcome })
    const token = own.token(own.user())
    expect([await own.verdict(token), await own.verdict(token)]).toEqual(['200', '200'])
    welcome = false
    expect(await own.verdict(token)).toBe('401 tenant-not-allowed')
    await own.stop()
  })

  it('is refused once it has expired', async () => {
    const token = api.token(api.user({ exp: Math.floor(api.clock.now / 1000) + 60 }))
    expect(await api.verdict(token)).toBe('200')
    api.clock.now += 361_000
    expect(await api.verdict(token)).toBe('401 expired')
    api.clock.now -= 361_000
  })

  it('G12 does not vouch for another token with the same end', async () => {
    const token = api.token(api.user({ scp: 'Tasks.Read' }))
    expect(await api.verdict(token)).toBe('200')
    const other = api.token(api.user({ scp: 'Tasks.Admin' }))
    const [header = '', payload = ''] = other.split('.')
    const signature = token.slice(token.lastIndexOf('.'))
    expect(await api.verdict(`${header}.${payload}${signature}`)).toBe('401 signature')
    expect(await api.verdict(token)).toBe('200')
  })

  it('N06 is refused when its key has been withdrawn', async () => {
    const keys = [signingKey(), signingKey()]
    const own = await guardedApi({ keys })
    const token = own.token(own.user({ exp: Math.floor(own.clock.now / 1000) + 90_000 }))
    expect(await own.verdict(token)).toBe('200')
    own.server.keys['2.0'].shift()
    for (const elapsed of [61, 6]) {
      own.clock.now += elapsed * 60_000
      expect(await own.verdict(token)).toBe('200')
      await own.verifier.verify(token).catch(() => undefined)
      await settled(own)
    }
    expect(await own.verdict(token)).toBe('401 key-unknown')
    await own.stop()
  })

  it('is verified afresh when its key says another issuer', async () => {
    const own = await guardedApi()
    const token = own.token(own.user({ exp: Math.floor(own.clock.now / 1000) + 90_000 }))
    expect(await own.verdict(token)).toBe('200')
    own.server.keys['2.0'] = [
      { ...own.key.jwk, issuer: `${own.server.origin}/${ids.personal}/v2.0` },
    ]
    own.clock.now += 61 * 60_000
    await own.verdict(token)
    await settled(own)
    expect(await own.verdict(token)).toBe('401 key-issuer')
    await own.stop()
  })

  it('is refused at once after purgeKeys() when the platform no longer publishes its key', async () => {
    const keys = [signingKey(), signingKey()]
    const own = await guardedApi({ keys })
    const token = own.token(own.user())
    expect(await own.verdict(token)).toBe('200')
    own.server.keys['2.0'].shift()
    own.verifier.purgeKeys()
    expect(await own.verdict(token)).toBe('401 key-unknown')
    await own.stop()
  })

  /** Until the refresh behind the last request has arrived. */
  async function settled(own: GuardedApi): Promise<void> {
    const loads = own.events.length
    for (let wait = 0; own.events.length === loads && wait < 40; wait += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
})
