import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { createSharedFlights, type Flight } from '../../src/stores/shared-flights.js'
import { createMemoryTokenStore } from '../support/memory-token-store.js'

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

function shared() {
  const store = createMemoryTokenStore({ clock: () => Date.now(), capacity: 10_000 })
  const flights = createSharedFlights(store)
  const flight = (text: string, overrides: Partial<Flight<string>> = {}): Flight<string> => ({
    look: () => store.get('key'),
    async work(publish) {
      await publish(text, 60_000)
      return text
    },
    ...overrides,
  })
  return { store, flights, flight }
}

describe('a flight that processes share', () => {
  it('T03 waits eleven seconds for a holder that never comes back, and goes on', async () => {
    const { store, flights, flight } = shared()
    await store.lock.acquire('key', 11_000)
    const begun = Date.now()
    const landed = flights.run('key', flight('of the next')).then((value) => ({
      value,
      waited: Date.now() - begun,
    }))
    await jest.advanceTimersByTimeAsync(13_000)
    const { value, waited } = await landed
    expect(value).toBe('of the next')
    expect(waited).toBeGreaterThanOrEqual(10_900)
    expect(waited).toBeLessThanOrEqual(12_000)
    expect(await store.get('key')).toBe('of the next')
  })

  it('X05 goes on by itself after twelve seconds, and overwrites nobody’s result', async () => {
    const { store, flights, flight } = shared()
    await store.lock.acquire('key', 600_000)
    const landed = flights.run('key', flight('by itself'))
    await jest.advanceTimersByTimeAsync(13_000)
    expect(await landed).toBe('by itself')
    expect(await store.get('key')).toBeUndefined()
  })

  it('T04 publishes nothing when another took over while it worked', async () => {
    const { store, flights, flight } = shared()
    const slow = flights.run(
      'key',
      flight('', {
        async work(publish) {
          await new Promise((resolve) => setTimeout(resolve, 20_000))
          await publish('late', 60_000)
          return 'late'
        },
      }),
    )
    await jest.advanceTimersByTimeAsync(11_500)
    expect(await flights.run('key', flight('of the next'))).toBe('of the next')
    await jest.advanceTimersByTimeAsync(9_000)
    expect(await slow).toBe('late')
    expect(await store.get('key')).toBe('of the next')
  })

  it('lets go of the lock when the work fails, and when the look does', async () => {
    const { store, flights, flight } = shared()
    const fails = () => Promise.reject(new Error('no'))
    await expect(flights.run('key', flight('', { work: fails }))).rejects.toThrow('no')
    let looks = 0
    const look = () => (++looks === 1 ? Promise.resolve(undefined) : fails())
    await expect(flights.run('key', flight('', { look }))).rejects.toThrow('no')
    expect(await store.lock.acquire('key', 1_000)).toBeDefined()
  })
})
