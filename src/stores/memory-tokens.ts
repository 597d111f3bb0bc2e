import type { Clock } from '../platform/clock.js'
import { cacheKey } from '../protocol/cache-key.js'
import { frozen } from '../protocol/frozen.js'
import { weightOf, type HeldTokens } from './held-tokens.js'
import { createMemoryAccounts } from './memory-accounts.js'
import { createMemoryEntries } from './memory-entries.js'
import type { TokenOwner } from './user-token-records.js'
import type { UserTokens } from './user-tokens.js'

export interface MemoryTokensSettings {
  readonly clock: Clock
  /** How long the tokens are kept, in milliseconds. */
  readonly lifetime: number
  /** What they may take, unless that is too little for them. */
  readonly cacheBytes: number
}

/** Room for the tokens of some ten thousand users: who is crowded out has to sign in again. */
const leastRoom = 128 * 1024 * 1024

/** Tokens in this process and nowhere else, for sessions that have no room for them. */
export function createMemoryTokens(settings: MemoryTokensSettings): HeldTokens {
  const { clock, lifetime, cacheBytes } = settings
  const capacity = Math.max(cacheBytes, leastRoom)
  const entries = createMemoryEntries<UserTokens>({ clock, capacity, bytesOf: weightOf })
  const accounts = createMemoryAccounts(clock)

  async function keep(handle: string, tokens: UserTokens): Promise<void> {
    entries.write(handle, frozen(tokens), lifetime)
    await accounts.add(accountOf(tokens), handle, lifetime)
  }

  const read: HeldTokens['read'] = (_session, handle) => Promise.resolve(entries.read(handle))

  return {
    read,
    readAgain: read,
    write: (_session, handle, tokens) => keep(handle, tokens),
    async update(_session, handle, change) {
      const held = entries.read(handle)
      if (held !== undefined) await keep(handle, change(held))
    },
    remove(_session, handle) {
      entries.remove(handle)
      return Promise.resolve()
    },
    async removeAllOf(owner) {
      for (const handle of await accounts.keys(accountOf(owner))) entries.remove(handle)
    },
  }
}

function accountOf({ tenantId, objectId }: TokenOwner): string {
  return cacheKey(tenantId.toLowerCase(), objectId.toLowerCase())
}
