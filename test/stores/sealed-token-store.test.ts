import { describe, expect, it } from '@jest/globals'
import { createSealer } from '../../src/platform/seal.js'
import { createMemoryTokenStore } from '../support/memory-token-store.js'
import { createSealedTokenStore } from '../../src/stores/sealed-token-store.js'
import type { TokenStore } from '../../src/stores/token-store.js'

const oldSecret = 'the-secret-of-last-year-with-32-characters'
const newSecret = 'the-secret-of-this-year-with-32-characters'
const minute = 60_000

function rawStore(): Required<TokenStore> {
  return createMemoryTokenStore({ clock: () => 1_790_000_000_000, capacity: 100_000 })
}

function sealedOver(raw: TokenStore, secrets = [newSecret], client = 'client'): TokenStore {
  return createSealedTokenStore(raw, createSealer(secrets), client)
}

describe('a sealed token store', () => {
  it('T22 shows the store nothing of a value, and gives it back', async () => {
    const raw = rawStore()
    const store = sealedOver(raw)
    await store.set('key', 'canary', minute)
    expect(await raw.get('key')).not.toContain('canary')
    expect(await store.get('key')).toBe('canary')
    await store.delete('key')
    expect(await store.get('key')).toBeUndefined()
  })

  it('T22 X07 has no record that was changed in any place', async () => {
    const raw = rawStore()
    const store = sealedOver(raw)
    await store.set('key', 'value', minute)
    const record = (await raw.get('key')) ?? ''
    for (let at = 0; at < record.length; at += 1) {
      const other = record[at] === 'A' ? 'B' : 'A'
      await raw.set('key', record.slice(0, at) + other + record.slice(at + 1), minute)
      expect([at, await store.get('key')]).toEqual([at, undefined])
    }
    for (const text of ['', '1', '1.', record.slice(0, -1), `${record}A`, '{"token":"forged"}']) {
      await raw.set('key', text, minute)
      expect(await store.get('key')).toBeUndefined()
    }
  })

  it('T22 T08 has no record that was moved to another key', async () => {
    const raw = rawStore()
    const store = sealedOver(raw)
    await store.set('of ada', 'token of ada', minute)
    await raw.set('of eve', (await raw.get('of ada')) ?? '', minute)
    expect(await store.get('of eve')).toBeUndefined()
  })

  it('X07 has no record of another application or another secret', async () => {
    const raw = rawStore()
    await sealedOver(raw, [newSecret], 'other client').set('key', 'value', minute)
    expect(await sealedOver(raw).get('key')).toBeUndefined()
    await sealedOver(raw, [oldSecret]).set('key', 'value', minute)
    expect(await sealedOver(raw).get('key')).toBeUndefined()
  })

  it('X02 reads what an older secret of the ring sealed, and seals with the newest', async () => {
    const raw = rawStore()
    await sealedOver(raw, [oldSecret]).set('key', 'value', minute)
    const both = sealedOver(raw, [newSecret, oldSecret])
    expect(await both.get('key')).toBe('value')
    await both.set('key', 'value', minute)
    expect(await sealedOver(raw, [oldSecret]).get('key')).toBeUndefined()
    expect(await sealedOver(raw, [newSecret]).get('key')).toBe('value')
  })

  it('X13 has no record of a version it does not know', async () => {
    const raw = rawStore()
    const store = sealedOver(raw)
    await store.set('key', 'value', minute)
    const record = (await raw.get('key')) ?? ''
    await raw.set('key', `2${record.slice(1)}`, minute)
    expect(await store.get('key')).toBeUndefined()
    await store.set('key', 'mine', minute)
    expect(await store.get('key')).toBe('mine')
  })

  it('compares what is sealed by what it says', async () => {
    const raw = rawStore()
    const { atomic } = sealedOver(raw)
    expect(await atomic?.compareAndSet('key', undefined, 'one', minute)).toBe(true)
    expect(await atomic?.compareAndSet('key', undefined, 'two', minute)).toBe(false)
    expect(await atomic?.compareAndSet('key', 'one', 'two', minute)).toBe(true)
    expect(await sealedOver(raw).get('key')).toBe('two')
    await raw.set('key', 'unreadable', minute)
    expect(await atomic?.compareAndSet('key', undefined, 'three', minute)).toBe(true)
  })

  it('seals what is written under a lock', async () => {
    const raw = rawStore()
    const store = sealedOver(raw)
    const { lock } = store
    const fence = Number(await lock?.acquire('key', minute))
    expect(await lock?.setFenced('key', 'canary', minute, fence)).toBe(true)
    await lock?.release('key', fence)
    expect(await raw.get('key')).not.toContain('canary')
    expect(await store.get('key')).toBe('canary')
    expect(await raw.lock.acquire('key', minute)).toBeDefined()
  })

  it('has the capabilities of the store it seals and no other', () => {
    const { atomic: _atomic, lock: _lock, ...withAccounts } = rawStore()
    expect(sealedOver(rawStore())).toMatchObject({ atomic: {}, lock: {}, listByAccount: {} })
    const plain = sealedOver(withAccounts)
    expect([plain.atomic, plain.lock]).toEqual([undefined, undefined])
    expect(plain.listByAccount).toBe(withAccounts.listByAccount)
  })
})
