import { ConfigurationError } from '../protocol/configuration-error.js'
import type { TokenStore } from '../stores/token-store.js'

/** @throws ConfigurationError when it lacks what every store has. */
export function storeOf(value: unknown): TokenStore | undefined {
  if (value === undefined) return undefined
  const methods = Object(value) as Record<string, unknown>
  const missing = ['get', 'set', 'delete'].find((name) => typeof methods[name] !== 'function')
  if (missing === undefined) return value as TokenStore // has the methods, checked above
  throw new ConfigurationError({
    message:
      `store has no method ${missing}(). Expected a TokenStore, such as redisTokenStore({ client }) ` +
      `of entrada/redis.`,
    option: 'store',
  })
}
