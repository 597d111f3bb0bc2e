import { describe, expect, it } from '@jest/globals'
import { Redis } from 'ioredis'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import { redisTokenStore, type RedisClient } from 'entrada/redis'
import { ConfigurationError } from '../../src/protocol/configuration-error.js'

describe('redisTokenStore()', () => {
  it('takes every kind of client of the redis package', () => {
    const kinds: RedisClient[] = [
      createClient(),
      createClientPool(),
      createCluster({ rootNodes: [{ url: 'redis://127.0.0.1:1' }] }),
      createSentinel({
        name: 'main',
        sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }],
      }),
    ]
    for (const client of kinds) expect(redisTokenStore({ client }).lock).toBeDefined()
  })

  it('refuses a client of ioredis, whose methods only have the same names', () => {
    // What a JavaScript program can write.
    const client = new Redis({ lazyConnect: true }) as unknown as RedisClient
    expect(() => redisTokenStore({ client })).toThrow(ConfigurationError)
    expect(() => redisTokenStore({ client })).toThrow(/client of ioredis/)
  })

  it.each([undefined, null, {}, 'redis://localhost', { get: () => null }])(
    'says what it expected instead of %p',
    (client) => {
      // What a JavaScript program can write.
      expect(() => redisTokenStore({ client: client as unknown as RedisClient })).toThrow(
        /has no method .*createClient/,
      )
    },
  )
})
