import { describe, expect, it } from '@jest/globals'
import { createTombstones } from '../../src/sign-in/tombstones.js'
import { createMemoryTokenStore } from '../support/memory-token-store.js'

const user = { tenantId: '7d1c9a10-5a6e-4a1d-8f6c-0b2f5e9d3a77', objectId: 'OID' }
const clientId = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
const start = 1_790_000_000_000

function tombstonesAt(clock: () => number, store = undefined as Shared) {
  return createTombstones({ store, clientId, clock, lifetime: 3600_000 })
}
type Shared = Parameters<typeof createTombstones>[0]['store']
const signIn = (id: string, sessionId = 'session-at-entra', signedInAt = start) => ({
  id,
  account: { ...user, sessionId },
  signedInAt,
})

/** A store that fails while it is gone, over the one that others see. */
function storeThatGoes() {
  const memory = createMemoryTokenStore({ clock: () => start, capacity: 1_000_000 })
  const state = { isGone: false }
  const unlessGone = <Value>(work: () => Promise<Value>) =>
    state.isGone ? Promise.reject(new Error('gone')) : work()
  const store = {
    get: (key: string) => unlessGone(() => memory.get(key)),
    set: (...entry: [string, string, number]) => unlessGone(() => memory.set(...entry)),
    delete: (key: string) => unlessGone(() => memory.delete(key)),
  }
  return { memory, store, state }
}

describe('tombstones', () => {
  it('S24 a flood of made-up session ids brings back nobody who has signed out', async () => {
    const tombstones = tombstonesAt(() => start)
    await tombstones.know('session-at-entra')
    await tombstones.buryHearsay('session-at-entra')
    await tombstones.bury('one')
    for (let count = 0; count < 30_000; count += 1) await tombstones.buryHearsay(`made-up-${count}`)
    expect(await tombstones.isBuried(signIn('two'))).toBe(true)
    expect(await tombstones.isBuried(signIn('one', 'another-session'))).toBe(true)
    expect(await tombstones.isBuried(signIn('two', 'another-session'))).toBe(false)
    // The newest hearsay counts as well: the session may be one of before this process was started.
    expect(await tombstones.isBuried(signIn('two', 'made-up-29999'))).toBe(true)
  }, 60_000)

  it('ends every sign-in of a user until now, and none of later or of somebody else', async () => {
    let now = start
    const tombstones = tombstonesAt(() => now)
    now += 1_000
    await tombstones.buryAccount({ ...user, objectId: 'oid' })
    expect(await tombstones.isBuried(signIn('one'))).toBe(true)
    expect(await tombstones.isBuried(signIn('two', 'x', now + 1))).toBe(false)
    const other = { ...signIn('three'), account: { ...user, objectId: 'other', sessionId: 'x' } }
    expect(await tombstones.isBuried(other)).toBe(false)
  })

  it('X03 S26 what Entra reports while the store is away holds in the process that heard it', async () => {
    const gone = () => Promise.reject(new Error('gone'))
    const tombstones = tombstonesAt(() => start, { get: gone, set: gone, delete: gone })
    await expect(tombstones.buryHearsay('session-at-entra')).rejects.toThrow('gone')
    expect(await tombstones.isBuried(signIn('one'))).toBe(true)
  })

  it('X03 S26 what the store refused is written when it answers again', async () => {
    const { memory, store, state } = storeThatGoes()
    let now = start
    const [one, other] = [tombstonesAt(() => now, store), tombstonesAt(() => now, memory)]
    await one.know('session-at-entra')
    state.isGone = true
    await expect(one.bury('one')).rejects.toThrow('gone')
    await expect(one.buryAccount({ ...user, objectId: 'ada' })).rejects.toThrow('gone')
    await expect(one.buryHearsay('session-at-entra')).rejects.toThrow('gone')
    await expect(one.buryHearsay('unknown')).rejects.toThrow('gone')
    state.isGone = false
    now += 60_000
    const unrelated = signIn('two', 'x', now)
    expect(await other.isBuried(signIn('one', 'x'))).toBe(false)
    expect(await one.isBuried(unrelated)).toBe(false)
    await new Promise((resolve) => setTimeout(resolve, 10))
    const ofAda = (signedInAt: number) => ({
      ...signIn('three', 'x', signedInAt),
      account: { ...user, objectId: 'ada', sessionId: 'x' },
    })
    expect(await other.isBuried(signIn('one', 'x'))).toBe(true)
    expect(await other.isBuried(ofAda(start))).toBe(true)
    // Whoever signed in since is not signed out by a write that came late.
    expect(await other.isBuried(ofAda(start + 1))).toBe(false)
    expect(await other.isBuried(signIn('four'))).toBe(true)
    expect(await other.isBuried(signIn('five', 'unknown'))).toBe(false)
  })

  it('X03 S26 what is written late takes back no later end', async () => {
    const { memory, store, state } = storeThatGoes()
    state.isGone = true
    let now = start
    const [one, other] = [tombstonesAt(() => now, store), tombstonesAt(() => now, memory)]
    await expect(one.buryAccount(user)).rejects.toThrow('gone')
    const between = signIn('between', 'x', start + 1_000)
    now += 2_000
    await other.buryAccount(user)
    state.isGone = false
    await one.isBuried(signIn('unrelated', 'y', start + 60_000))
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(await one.isBuried(between)).toBe(true)
    expect(await other.isBuried(between)).toBe(true)
  })

  it('S26 X10 an end that another process writes at the same instant is not taken back', async () => {
    const memory = createMemoryTokenStore({ clock: () => start, capacity: 1_000_000 })
    let between = () => Promise.resolve()
    const slow = {
      ...memory,
      async get(key: string) {
        const value = await memory.get(key)
        await between()
        return value
      },
    }
    const [behind, ahead] = [
      tombstonesAt(() => start, slow),
      tombstonesAt(() => start + 5_000, memory),
    ]
    between = () => {
      between = () => Promise.resolve()
      return ahead.buryAccount(user)
    }
    await behind.buryAccount(user)
    expect(await ahead.latestEnd(signIn('one'))).toBe(start + 5_000)
    const fresh = tombstonesAt(() => start, memory)
    expect(await fresh.isBuried(signIn('one', 'x', start + 1_000))).toBe(true)
  })

  it('X08 tells of the last end by another clock, which a new sign-in has to come after', async () => {
    const store = createMemoryTokenStore({ clock: () => start, capacity: 1_000_000 })
    const [ahead, here] = [
      tombstonesAt(() => start + 5_000, store),
      tombstonesAt(() => start, store),
    ]
    expect(await here.latestEnd(signIn('one'))).toBe(0)
    await ahead.buryAccount(user)
    expect(await here.latestEnd(signIn('one'))).toBe(start + 5_000)
  })

  it('S26 X10 what one process buries, every process that shares the store sees', async () => {
    const store = createMemoryTokenStore({ clock: () => start, capacity: 1_000_000 })
    const [one, other] = [tombstonesAt(() => start, store), tombstonesAt(() => start, store)]
    await one.know('session-at-entra')
    await other.buryHearsay('session-at-entra')
    expect(await one.isBuried(signIn('one'))).toBe(true)
    const alone = tombstonesAt(() => start)
    expect(await alone.isBuried(signIn('one'))).toBe(false)
  })

  it('S20 tell nobody who reads the store a name that is of use', async () => {
    const keys: string[] = []
    const store = createMemoryTokenStore({ clock: () => start, capacity: 1_000_000 })
    const { atomic: _, ...plain } = store // so that all is written in one way
    const watched = {
      ...plain,
      set: (key: string, value: string, lifetime: number) => {
        keys.push(key, value)
        return store.set(key, value, lifetime)
      },
    }
    const tombstones = tombstonesAt(() => start, watched)
    await tombstones.know('session-at-entra')
    await tombstones.bury('one-sign-in')
    await tombstones.buryAccount(user)
    expect(keys).toHaveLength(6)
    expect(keys.join()).not.toMatch(/session-at-entra|one-sign-in|7d1c9a10|oid/i)
  })
})
