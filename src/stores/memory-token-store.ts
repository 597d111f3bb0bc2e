import type { Clock } from '../platform/clock.js'
import { createMemoryAccounts } from './memory-accounts.js'
import { createMemoryEntries } from './memory-entries.js'
import { createMemoryLocks } from './memory-locks.js'
import type { TokenStore } from './token-store.js'

/**
 * Keeps entries in this process.
 *
 * @param capacity How many bytes the entries may take; what is stored is ASCII.
 */
export function createMemoryTokenStore(settings: {
  readonly clock: Clock
  readonly capacity: number
}): Required<TokenStore> {
  const { clock } = settings
  const { read, write, remove } = createMemoryEntries(settings)

  return {
    get: (key) => Promise.resolve(read(key)),
    set(key, value, lifetime) {
      write(key, value, lifetime)
      return Promise.resolve()
    },
    delete(key) {
      remove(key)
      return Promise.resolve()
    },
    atomic: {
      compareAndSet(key, expected, value, lifetime) {
        const isSame = read(key) === expected
        if (isSame) write(key, value, lifetime)
        return Promise.resolve(isSame)
      },
    },
    lock: createMemoryLocks({ clock, write }),
    listByAccount: createMemoryAccounts(clock),
  }
}
