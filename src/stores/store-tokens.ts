import type { HeldTokens } from './held-tokens.js'
import { storeKeyOf } from './store-key.js'
import type { TokenStore } from './token-store.js'
import { createUserTokenRecords } from './user-token-records.js'

export interface StoreTokensSettings {
  readonly store: TokenStore
  readonly clientId: string
  /** How long a record is kept, in milliseconds. */
  readonly lifetime: number
}

/**
 * Tokens in the store that all processes share, for sessions that have no room for them. Every
 * request reads them there: the handle outlives a sign-in, so what another process has written
 * under it is not known here.
 */
export function createStoreTokens({ store, clientId, lifetime }: StoreTokensSettings): HeldTokens {
  const records = createUserTokenRecords(store, clientId)
  const recordOf = (handle: string) => storeKeyOf('user-tokens', clientId, handle)
  const read: HeldTokens['read'] = async (_session, handle) => records.get(await recordOf(handle))

  return {
    read,
    readAgain: read,
    write: async (_session, handle, tokens) =>
      records.set(await recordOf(handle), tokens, lifetime),
    update: async (_session, handle, change) =>
      records.change(await recordOf(handle), (held) => held && change(held), lifetime),
    remove: async (_session, handle) => records.delete(await recordOf(handle)),
    removeAllOf: (owner) => records.deleteAllOf(owner),
  }
}
