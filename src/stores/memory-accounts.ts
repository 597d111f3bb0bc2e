import { setLatest } from '../protocol/latest-entries.js'
import type { Clock } from '../platform/clock.js'
import type { AccountIndex } from './token-store.js'

const mostAccounts = 100_000
/** Of one account; an account that signs in without end has entries that nobody can use any more. */
const mostKeys = 1_000

/** Puts an entry last, and takes the first one out when there are too many. */
/** Which entries belong to an account, in one process; the accounts not added to for longest go. */
export function createMemoryAccounts(clock: Clock): AccountIndex {
  const accounts = new Map<string, Map<string, number>>()

  function listed(account: string): Map<string, number> {
    const keys = accounts.get(account) ?? new Map<string, number>()
    const now = clock()
    for (const [key, until] of keys) if (until <= now) keys.delete(key)
    if (keys.size === 0) accounts.delete(account)
    return keys
  }

  return {
    add(account, key, lifetime) {
      const keys = listed(account)
      setLatest(keys, key, clock() + lifetime, mostKeys)
      setLatest(accounts, account, keys, mostAccounts)
      return Promise.resolve()
    },
    keys: (account) => Promise.resolve([...listed(account).keys()]),
  }
}
