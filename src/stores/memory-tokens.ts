import type { Clock } from '../platform/clock.js'
import { createBoundedMap } from '../protocol/bounded-map.js'
import { cacheKey } from '../protocol/cache-key.js'
import { frozen } from '../protocol/frozen.js'
import { weightOf, type HeldTokens } from './held-tokens.js'
import { createMemoryAccounts } from './memory-accounts.js'
import { randomHandle } from './random-handle.js'
import type { TokenOwner } from './user-token-records.js'
import type { UserTokens } from './user-tokens.js'

export interface MemoryTokensSettings {
  readonly clock: Clock
  /** How long the tokens are kept, in milliseconds. */
  readonly lifetime: number
  /** What they may take, unless that is too little for them. */
  readonly cacheBytes: number
}

interface Entry {
  readonly tokens: UserTokens
  readonly until: number
}

/** Room for the tokens of some ten thousand users: who is crowded out has to sign in again. */
const leastRoom = 128 * 1024 * 1024

/** Tokens in this process and nowhere else, for sessions that have no room for them. */
export function createMemoryTokens(settings: MemoryTokensSettings): HeldTokens {
  const { clock, lifetime, cacheBytes } = settings
  const entries = createBoundedMap<Entry>(Math.max(cacheBytes, leastRoom))
  const accounts = createMemoryAccounts(clock)

  function found(handle: string): UserTokens | undefined {
    const entry = entries.get(handle)
    if (entry === undefined || entry.until > clock()) return entry?.tokens
    entries.delete(handle)
    return undefined
  }

  async function keep(handle: string, tokens: UserTokens): Promise<void> {
    entries.set(handle, { tokens: frozen(tokens), until: clock() + lifetime }, weightOf(tokens))
    await accounts.add(accountOf(tokens), handle, lifetime)
  }

  const read: HeldTokens['read'] = (_session, handle) => Promise.resolve(found(handle))

  return {
    // A slow request may bring the cookie back that was sent before, so the handle stays.
    newHandle: (_session, before) => before ?? randomHandle(),
    read,
    readAgain: read,
    write: (_session, handle, tokens) => keep(handle, tokens),
    async update(_session, handle, change) {
      const held = found(handle)
      if (held !== undefined) await keep(handle, change(held))
    },
    remove(_session, handle) {
      entries.delete(handle)
      return Promise.resolve()
    },
    async removeAllOf(owner) {
      for (const handle of await accounts.keys(accountOf(owner))) entries.delete(handle)
    },
  }
}

function accountOf({ tenantId, objectId }: TokenOwner): string {
  return cacheKey(tenantId.toLowerCase(), objectId.toLowerCase())
}
