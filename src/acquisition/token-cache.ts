import type { AcquisitionSettings } from './acquisition-settings.js'
import { createSharedTokens } from './shared-tokens.js'
import { createTokenMemory, type TokenMemory } from './token-memory.js'

/** Tokens of one grant, in this process and in the store that it shares with others, if any. */
export type TokenCache = Pick<TokenMemory, 'recall' | 'get'>

export function createTokenCache(settings: AcquisitionSettings, grant: string): TokenCache {
  const { clock, store, authority, clientId, cacheBytes: capacity } = settings
  if (store === undefined) return createTokenMemory({ clock, capacity })
  const namespace = [authority.origin, clientId, grant]
  const shared = createSharedTokens({ store, clock, namespace })
  return createTokenMemory({
    clock,
    capacity,
    fetch: (request, need) => shared.get(request, need),
  })
}
