import type { TokenStore } from './token-store.js'
import { storeKeyOf } from './store-key.js'
import { createTurns, type Turns } from './turns.js'
import type { UserTokens } from './user-tokens.js'

/** Whose tokens they are. */
export type TokenOwner = Pick<UserTokens, 'tenantId' | 'objectId'>

/** What becomes of a record; undefined when it is to stay as it is. */
export type TokensChange = (held: UserTokens | undefined) => UserTokens | undefined

/** Users' tokens in a TokenStore, each record listed under its user where the store can. */
export interface UserTokenRecords {
  get(key: string): Promise<UserTokens | undefined>
  /** @param lifetime Milliseconds after which the record is gone. */
  set(key: string, tokens: UserTokens, lifetime: number): Promise<void>
  /**
   * Changes a record from what it holds by now, so that of two who change it at once neither
   * undoes what the other did. `change` may be called more than once.
   */
  change(key: string, change: TokensChange, lifetime: number): Promise<void>
  delete(key: string): Promise<void>
  deleteAllOf(owner: TokenOwner): Promise<void>
}

/** Who loses to other processes this often writes anyway: what is then undone costs another request to the platform. */
const mostAttempts = 5

/** @param inTurn Where changes of the same records by other means wait as well. */
export function createUserTokenRecords(
  store: TokenStore,
  clientId: string,
  inTurn: Turns = createTurns(),
): UserTokenRecords {
  const { atomic, listByAccount } = store

  const accountOf = ({ tenantId, objectId }: TokenOwner) =>
    storeKeyOf('account', clientId, tenantId.toLowerCase(), objectId.toLowerCase())

  /** Before it is written, so that there is no record that the list does not know. */
  async function list(owner: TokenOwner, key: string, lifetime: number): Promise<void> {
    await listByAccount?.add(await accountOf(owner), key, lifetime)
  }

  async function setNow(key: string, tokens: UserTokens, lifetime: number): Promise<void> {
    await list(tokens, key, lifetime)
    await store.set(key, JSON.stringify(tokens), lifetime)
  }

  /** Within this process it is this one's turn; another process may come between. */
  async function changeNow(key: string, change: TokensChange, lifetime: number): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const text = await store.get(key)
      const next = change(tokensIn(text))
      if (next === undefined) return
      if (atomic === undefined || attempt === mostAttempts) return setNow(key, next, lifetime)
      await list(next, key, lifetime)
      if (await atomic.compareAndSet(key, text, JSON.stringify(next), lifetime)) return
    }
  }

  return {
    set: (key, ...entry) => inTurn(key, () => setNow(key, ...entry)),
    get: async (key) => tokensIn(await store.get(key)),
    change: (key, ...how) => inTurn(key, () => changeNow(key, ...how)),
    delete: (key) => inTurn(key, () => store.delete(key)),
    async deleteAllOf(owner) {
      const keys = (await listByAccount?.keys(await accountOf(owner))) ?? []
      await Promise.all(keys.map((key) => store.delete(key)))
    },
  }
}

function tokensIn(text: string | undefined): UserTokens | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as UserTokens) // written above
}
