import { ConfigurationError } from '../../protocol/configuration-error.js'

/**
 * What is used of a client of the `redis` package (node-redis 5 and 6): `createClient()`,
 * `createCluster()`, `createSentinel()` and `createClientPool()` all have it.
 */
export interface RedisClient {
  get(key: string): Promise<string | null>
  set(
    key: string,
    value: string,
    options: { expiration: { type: 'PX'; value: number } },
  ): Promise<unknown>
  del(key: string): Promise<unknown>
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
}

/**
 * @throws ConfigurationError when it is no client of node-redis; ioredis has methods of the same
 *   names that take their arguments otherwise.
 */
export function checkedClient(client: unknown): RedisClient {
  const methods = Object(client) as Record<string, unknown>
  if (typeof methods['call'] === 'function' && typeof methods['status'] === 'string') {
    throw fault(
      'client is a client of ioredis. Expected one of the redis package: createClient({ url }); ' +
        'docs/scale-out.md shows how to put ioredis behind the same four methods.',
    )
  }
  const missing = ['get', 'set', 'del', 'eval'].find((name) => typeof methods[name] !== 'function')
  if (missing === undefined) return client as RedisClient // has the methods, checked above
  throw fault(
    `client has no method ${missing}(). Expected a client of the redis package: createClient({ url }).`,
  )
}

function fault(problem: string): ConfigurationError {
  return new ConfigurationError({ message: `redisTokenStore(): ${problem}`, option: 'client' })
}
