import type { Clock } from '../../src/platform/clock.js'
import { createMemoryAccounts } from '../../src/stores/memory-accounts.js'
import { createMemoryEntries } from '../../src/stores/memory-entries.js'
import { createMemoryLocks } from './memory-locks.js'
import type { TokenStore } from '../../src/stores/token-store.js'

/**
 * A store that several instances in one test share, with everything a store may have.
 *
 * @param capacity How many bytes the entries may take; what is stored is ASCII.
 */
export function createMemoryTokenStore(settings: {
  readonly clock: Clock
  readonly capacity: number
}): Required<TokenStore> {
  const { clock } = settings
  const entries = createMemoryEntries<string>({ ...settings, bytesOf: ({ length }) => length })

  return {
    get: (key) => Promise.resolve(entries.read(key)),
    set(key, value, lifetime) {
      entries.write(key, value, lifetime)
      return Promise.resolve()
    },
    delete(key) {
      entries.remove(key)
      return Promise.resolve()
    },
    atomic: {
      compareAndSet(key, expected, value, lifetime) {
        const isSame = entries.read(key) === expected
        if (isSame) entries.write(key, value, lifetime)
        return Promise.resolve(isSame)
      },
    },
    lock: createMemoryLocks({ clock, write: (...entry) => entries.write(...entry) }),
    listByAccount: createMemoryAccounts(clock),
  }
}
