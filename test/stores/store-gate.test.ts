import { describe, expect, it } from '@jest/globals'
import { withStoreGate } from '../../src/stores/store-gate.js'
import type { TokenStore } from '../../src/stores/token-store.js'
import { createMemoryLocks } from '../support/memory-locks.js'

class Failure extends Error {}

function gated(operation: () => Promise<string | undefined>) {
  const time = { now: 1_790_000_000_000 }
  const seen = { calls: 0, trouble: [] as string[] }
  const store: TokenStore = {
    get: () => {
      seen.calls += 1
      return operation()
    },
    set: () => Promise.resolve(),
    delete: () => Promise.resolve(),
  }
  const gate = withStoreGate(store, {
    clock: () => time.now,
    deadline: 40,
    failure: () => new Failure(),
    onTrouble: (cause) => seen.trouble.push(cause),
  })
  return { gate, seen, time }
}

const refused = () =>
  Promise.reject(Object.assign(new Error('at 10.0.0.1'), { code: 'ECONNREFUSED' }))

describe('the gate in front of a store', () => {
  it('X05 S19 waits no longer than it is told for a store that hangs', async () => {
    const { gate } = gated(() => new Promise(() => undefined))
    await expect(gate.get('key')).rejects.toThrow(Failure)
  })

  it('X14 gives back a lock that it is granted too late, for others wait for it', async () => {
    const locks = createMemoryLocks({ clock: Date.now, write: () => undefined })
    let isSlow = true
    const store: TokenStore = {
      get: () => Promise.resolve(undefined),
      set: () => Promise.resolve(),
      delete: () => Promise.resolve(),
      lock: {
        ...locks,
        async acquire(...lease) {
          const fence = await locks.acquire(...lease)
          if (isSlow) await new Promise((resolve) => setTimeout(resolve, 60))
          return fence
        },
      },
    }
    const failure = () => new Failure()
    const { lock } = withStoreGate(store, { clock: Date.now, deadline: 40, failure })
    await expect(lock?.acquire('key', 11_000)).rejects.toThrow(Failure)
    isSlow = false
    await new Promise((resolve) => setTimeout(resolve, 40))
    expect(await lock?.acquire('key', 11_000)).toBeDefined()
    expect(await lock?.acquire('key', 11_000)).toBeUndefined()
  })

  it('X05 asks a store that keeps failing once in a second, and fails at once otherwise', async () => {
    const { gate, seen, time } = gated(refused)
    for (let count = 0; count < 20; count += 1) await gate.get('key').catch(() => undefined)
    expect(seen.calls).toBe(3)
    time.now += 1_000
    await Promise.allSettled([gate.get('key'), gate.get('key'), gate.get('key')])
    expect(seen.calls).toBe(4)
  })

  it('X03 goes on as if nothing had been when the store is back', async () => {
    let isBack = false
    const { gate, seen, time } = gated(() => (isBack ? Promise.resolve('value') : refused()))
    for (let count = 0; count < 5; count += 1) await gate.get('key').catch(() => undefined)
    isBack = true
    await expect(gate.get('key')).rejects.toThrow(Failure)
    time.now += 1_000
    expect(await gate.get('key')).toBe('value')
    expect(await Promise.all([gate.get('key'), gate.get('key')])).toEqual(['value', 'value'])
    expect(seen.calls).toBe(6)
  })

  it('X03 is not closed by failures that come one at a time', async () => {
    let count = 0
    const { gate, seen } = gated(() => (++count % 3 === 0 ? Promise.resolve('value') : refused()))
    for (let asked = 0; asked < 12; asked += 1) await gate.get('key').catch(() => undefined)
    expect(seen.calls).toBe(12)
    expect(seen.trouble).toEqual([])
  })

  it('X08 does not stay closed when the clock is set back', async () => {
    const { gate, seen, time } = gated(refused)
    for (let count = 0; count < 5; count += 1) await gate.get('key').catch(() => undefined)
    time.now -= 3_600_000
    await gate.get('key').catch(() => undefined)
    expect(seen.calls).toBe(4)
  })

  it('O01 tells once what is wrong, without the text of the driver', async () => {
    const { gate, seen } = gated(refused)
    for (let count = 0; count < 10; count += 1) await gate.get('key').catch(() => undefined)
    expect(seen.trouble).toEqual(['ECONNREFUSED'])
    const other = gated(() => Promise.reject(new Failure('redis://:password@10.0.0.1')))
    for (let count = 0; count < 3; count += 1) await other.gate.get('key').catch(() => undefined)
    expect(other.seen.trouble).toEqual(['Failure'])
  })
})
