export { redisTokenStore, type RedisTokenStoreOptions } from './redis-token-store.js'
export type { RedisClient } from './redis-client.js'
export type { AccountIndex, AtomicWrites, StoreLocks, TokenStore } from '../token-store.js'
