import { createClient } from 'redis'
import { redisTokenStore } from 'entrada/redis'
import { createMemoryTokenStore } from '../support/memory-token-store.js'
import type { TokenStore } from '../../src/stores/token-store.js'
import { startRedis, type RunningRedis } from '../support/redis.js'

/** A store under test, with a way to let time pass for its entries. */
export interface StoreUnderTest {
  readonly store: Required<TokenStore>
  readonly pass: (milliseconds: number) => Promise<void>
  stop(): Promise<void>
}

export function memoryUnderTest(): Promise<StoreUnderTest> {
  let now = 1_790_000_000_000
  return Promise.resolve({
    store: createMemoryTokenStore({ clock: () => now, capacity: 1_000_000 }),
    pass(milliseconds) {
      now += milliseconds
      return Promise.resolve()
    },
    stop: () => Promise.resolve(),
  })
}

export async function redisUnderTest(): Promise<StoreUnderTest> {
  const redis = await startRedis()
  const { store, stop } = await connectedStore(redis)
  return {
    store,
    // Redis has a clock of its own.
    pass: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds + 20)),
    async stop() {
      stop()
      await redis.stop()
    },
  }
}

/** A store on a Redis that runs; a failing connection is a failing operation, nothing more. */
async function connectedStore(redis: RunningRedis) {
  const client = createClient({ url: redis.url, disableOfflineQueue: true })
  client.on('error', () => undefined)
  await client.connect()
  return { store: redisTokenStore({ client }), stop: () => client.destroy() }
}
