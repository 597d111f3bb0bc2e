import type { TokenStore } from '../token-store.js'
import { checkedClient, type RedisClient } from './redis-client.js'
import * as scripts from './scripts.js'

export interface RedisTokenStoreOptions {
  /** A connected client of the `redis` package, version 5 or 6. */
  readonly client: RedisClient
  /** What every key begins with; `entrada:` by default. */
  readonly prefix?: string
}

/**
 * Keeps tokens in Redis, for several processes: pass it to `entra({ store })`. Has every
 * capability of a TokenStore. Redis sees hashes as keys and sealed values.
 *
 * @param options A connected node-redis client, and a prefix where several apps share a database.
 * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) when the client is not one of node-redis.
 * @see https://redis.io/docs/latest/develop/clients/nodejs/
 * @example
 * const client = await createClient({ url, disableOfflineQueue: true }).connect()
 * const identity = entra({ store: redisTokenStore({ client }) })
 */
export function redisTokenStore(options: RedisTokenStoreOptions): Required<TokenStore> {
  const client = checkedClient(options.client)
  const prefix = options.prefix ?? 'entrada:'

  // The braces keep an entry, its lock and its fence in one slot of a cluster.
  const entryOf = (key: string) => `${prefix}{${key}}`
  const lockOf = (key: string) => `${entryOf(key)}:lock`
  const fenceOf = (key: string) => `${entryOf(key)}:fence`
  const accountOf = (account: string) => `${prefix}{${account}}:account`

  async function wasDone(script: string, keys: string[], args: string[]): Promise<boolean> {
    return Number(await client.eval(script, { keys, arguments: args })) === 1
  }

  return {
    async get(key) {
      return (await client.get(entryOf(key))) ?? undefined
    },
    async set(key, value, lifetime) {
      await client.set(entryOf(key), value, {
        expiration: { type: 'PX', value: wholeMilliseconds(lifetime) },
      })
    },
    async delete(key) {
      await client.del(entryOf(key))
    },
    atomic: {
      compareAndSet: (key, expected, value, lifetime) =>
        wasDone(
          scripts.compareAndSet,
          [entryOf(key)],
          [expected === undefined ? '0' : '1', expected ?? '', value, millisecondsText(lifetime)],
        ),
    },
    lock: {
      async acquire(key, lifetime) {
        const fence = await client.eval(scripts.acquire, {
          keys: [lockOf(key), fenceOf(key)],
          arguments: [millisecondsText(lifetime)],
        })
        return fence === '' ? undefined : Number(fence)
      },
      async release(key, fence) {
        await wasDone(scripts.release, [lockOf(key)], [String(fence)])
      },
      setFenced: (key, value, lifetime, fence) =>
        wasDone(
          scripts.setFenced,
          [entryOf(key), fenceOf(key)],
          [String(fence), value, millisecondsText(lifetime)],
        ),
    },
    listByAccount: {
      async add(account, key, lifetime) {
        await wasDone(scripts.addToAccount, [accountOf(account)], [key, millisecondsText(lifetime)])
      },
      async keys(account) {
        const keys = await client.eval(scripts.keysOfAccount, {
          keys: [accountOf(account)],
          arguments: [],
        })
        return Array.isArray(keys) ? keys.map(String) : []
      },
    },
  }
}

/** Redis takes whole milliseconds from 1 on. */
function wholeMilliseconds(lifetime: number): number {
  return Math.max(1, Math.ceil(lifetime))
}

function millisecondsText(lifetime: number): string {
  return String(wholeMilliseconds(lifetime))
}
