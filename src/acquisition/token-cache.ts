import type { KeptToken } from '../stores/kept-token.js'
import type { AcquisitionSettings } from './acquisition-settings.js'
import { createSharedTokens } from './shared-tokens.js'
import { createTokenMemory, type TokenRequest } from './token-memory.js'

/** Room for the tokens of some thousand users. */
const memoryBytes = 32 * 1024 * 1024

/** Tokens of one grant, in this process and in the store that it shares with others, if any. */
export interface TokenCache {
  get(request: TokenRequest): Promise<KeptToken>
}

export function createTokenCache(settings: AcquisitionSettings, grant: string): TokenCache {
  const { clock, store, authority, clientId } = settings
  if (store === undefined) return createTokenMemory({ clock, capacity: memoryBytes })
  const namespace = [authority.origin, clientId, grant]
  const shared = createSharedTokens({ store, clock, namespace })
  return createTokenMemory({
    clock,
    capacity: memoryBytes,
    fetch: (request, need) => shared.get(request, need),
  })
}
