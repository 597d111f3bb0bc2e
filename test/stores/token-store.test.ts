import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { redisServer } from '../support/redis.js'
import { describeWithService } from '../support/services.js'
import { memoryUnderTest, redisUnderTest, type StoreUnderTest } from './token-stores.js'

describe('a token store in memory', () => conforms(memoryUnderTest))
describeWithService(redisServer, 'a token store on Redis', () => conforms(redisUnderTest))

let count = 0
const newKey = () => `key ${(count += 1)}`

function conforms(start: () => Promise<StoreUnderTest>): void {
  let under: StoreUnderTest

  beforeAll(async () => {
    under = await start()
  })
  afterAll(() => under.stop())

  describe('get, set and delete', () => {
    it('gives back what was set, to the letter', async () => {
      const { store } = under
      for (const value of ['', 'text', '日本 "\\\r\n\u0000 é', 'x'.repeat(100_000)]) {
        const key = newKey()
        await store.set(key, value, 10_000)
        expect(await store.get(key)).toBe(value)
      }
    })

    it('X06 knows nothing of what was never set, of what was deleted, and fails at neither', async () => {
      const { store } = under
      const key = newKey()
      expect(await store.get(key)).toBeUndefined()
      await store.delete(key)
      await store.set(key, 'value', 10_000)
      await store.delete(key)
      expect(await store.get(key)).toBeUndefined()
    })

    it('replaces a value together with its lifetime', async () => {
      const { store, pass } = under
      const key = newKey()
      await store.set(key, 'short', 100)
      await store.set(key, 'long', 10_000)
      await pass(150)
      expect(await store.get(key)).toBe('long')
    })

    it('forgets when the lifetime is over, a fraction of a millisecond included', async () => {
      const { store, pass } = under
      const [key, shortest] = [newKey(), newKey()]
      await store.set(key, 'value', 100.5)
      await store.set(shortest, 'value', 0.2)
      expect(await store.get(key)).toBe('value')
      await pass(150)
      expect(await store.get(key)).toBeUndefined()
      expect(await store.get(shortest)).toBeUndefined()
    })

    it('T11 keeps keys apart whatever characters they hold', async () => {
      const { store } = under
      const keys = ['a', 'a:b', 'a}b', '{a}', 'a:lock', 'a:fence', '__proto__', 'a b\r\nFLUSHALL']
      for (const key of keys) await store.set(key, `value of ${key}`, 10_000)
      for (const key of keys) expect(await store.get(key)).toBe(`value of ${key}`)
    })
  })

  describe('atomic', () => {
    it('S15 writes only over what the writer has seen', async () => {
      const { store } = under
      const key = newKey()
      expect(await store.atomic.compareAndSet(key, 'something', 'one', 10_000)).toBe(false)
      expect(await store.atomic.compareAndSet(key, undefined, 'one', 10_000)).toBe(true)
      expect(await store.atomic.compareAndSet(key, undefined, 'two', 10_000)).toBe(false)
      expect(await store.atomic.compareAndSet(key, 'other', 'two', 10_000)).toBe(false)
      expect(await store.atomic.compareAndSet(key, 'one', 'two', 10_000)).toBe(true)
      expect(await store.get(key)).toBe('two')
    })

    it('S15 loses no update of writers at the same time', async () => {
      const { store } = under
      const key = newKey()
      await store.set(key, '0', 10_000)
      const add = async () => {
        for (;;) {
          const seen = await store.get(key)
          const next = String(Number(seen) + 1)
          if (await store.atomic.compareAndSet(key, seen, next, 10_000)) return
        }
      }
      await Promise.all(Array.from({ length: 20 }, add))
      expect(await store.get(key)).toBe('20')
    })

    it('gives what it writes the lifetime it is told', async () => {
      const { store, pass } = under
      const key = newKey()
      await store.atomic.compareAndSet(key, undefined, 'value', 100)
      await pass(150)
      expect(await store.get(key)).toBeUndefined()
    })
  })

  describe('lock', () => {
    it('has one holder until it lets go', async () => {
      const { lock } = under.store
      const key = newKey()
      const attempts = await Promise.all(
        Array.from({ length: 20 }, () => lock.acquire(key, 10_000)),
      )
      const fences = attempts.filter((fence) => fence !== undefined)
      expect(fences).toHaveLength(1)
      await lock.release(key, fences[0] ?? 0)
      expect(await lock.acquire(key, 10_000)).toBeGreaterThan(fences[0] ?? 0)
    })

    it('T03 ends by itself when its holder does not come back', async () => {
      const { store, pass } = under
      const key = newKey()
      const first = await store.lock.acquire(key, 100)
      expect(await store.lock.acquire(key, 100)).toBeUndefined()
      await pass(150)
      expect(await store.lock.acquire(key, 10_000)).toBeGreaterThan(Number(first))
    })

    it('T04 refuses the write of a holder that was too slow, and its release', async () => {
      const { store, pass } = under
      const key = newKey()
      const slow = Number(await store.lock.acquire(key, 100))
      await pass(150)
      const next = Number(await store.lock.acquire(key, 10_000))
      expect(await store.lock.setFenced(key, 'of the next', 10_000, next)).toBe(true)
      expect(await store.lock.setFenced(key, 'of the slow one', 10_000, slow)).toBe(false)
      await store.lock.release(key, slow)
      expect(await store.get(key)).toBe('of the next')
      expect(await store.lock.acquire(key, 10_000)).toBeUndefined()
    })

    it('T04 lets a slow holder write while nobody has followed', async () => {
      const { store, pass } = under
      const key = newKey()
      const slow = Number(await store.lock.acquire(key, 100))
      await pass(150)
      expect(await store.lock.setFenced(key, 'late', 10_000, slow)).toBe(true)
      expect(await store.get(key)).toBe('late')
    })

    it('T04 refuses a write under a lock that was never given out', async () => {
      const { store } = under
      const key = newKey()
      expect(await store.lock.setFenced(key, 'value', 10_000, 1)).toBe(false)
      expect(await store.get(key)).toBeUndefined()
    })

    it('locks each key for itself, and hinders nobody who only reads or writes', async () => {
      const { store } = under
      const [one, other] = [newKey(), newKey()]
      await store.lock.acquire(one, 10_000)
      expect(await store.lock.acquire(other, 10_000)).toBeDefined()
      await store.set(one, 'value', 10_000)
      expect(await store.get(one)).toBe('value')
    })
  })

  describe('listByAccount', () => {
    it('lists the entries of one account and of no other, each once', async () => {
      const { listByAccount } = under.store
      await listByAccount.add('ada', 'one', 10_000)
      await listByAccount.add('ada', 'two', 10_000)
      await listByAccount.add('ada', 'one', 10_000)
      await listByAccount.add('eve', 'three', 10_000)
      expect([...(await listByAccount.keys('ada'))].sort()).toEqual(['one', 'two'])
      expect(await listByAccount.keys('eve')).toEqual(['three'])
      expect(await listByAccount.keys('nobody')).toEqual([])
    })

    it('forgets an entry when its lifetime is over, and keeps the ones that live longer', async () => {
      const { store, pass } = under
      await store.listByAccount.add('grace', 'long', 10_000)
      await store.listByAccount.add('grace', 'short', 100)
      await pass(150)
      expect(await store.listByAccount.keys('grace')).toEqual(['long'])
      await store.listByAccount.add('grace', 'longer', 20_000)
      expect([...(await store.listByAccount.keys('grace'))].sort()).toEqual(['long', 'longer'])
    })
  })
}
