import type { Clock } from '../platform/clock.js'
import { createMemoryAccounts } from './memory-accounts.js'
import { createMemoryLocks } from './memory-locks.js'
import type { TokenStore } from './token-store.js'

interface Entry {
  readonly value: string
  readonly until: number
}

/** What an entry takes beyond its texts: the map's slot, the object, the number. */
const entryBytes = 128

/**
 * Keeps entries in this process. Nothing runs in the background: an entry that is too old is gone
 * when it is asked for, and the ones not used for longest make room.
 *
 * @param capacity How many bytes the entries may take; what is stored is ASCII.
 */
export function createMemoryTokenStore(settings: {
  readonly clock: Clock
  readonly capacity: number
}): Required<TokenStore> {
  const { clock, capacity } = settings
  const entries = new Map<string, Entry>()
  let size = 0

  function remove(key: string): Entry | undefined {
    const entry = entries.get(key)
    if (entry === undefined) return undefined
    entries.delete(key)
    size -= bytesOf(key, entry)
    return entry
  }

  function add(key: string, entry: Entry): void {
    entries.set(key, entry)
    size += bytesOf(key, entry)
    for (const oldest of entries.keys()) {
      if (size <= capacity) return
      remove(oldest)
    }
  }

  /** Reading makes an entry the one used last. */
  function read(key: string): string | undefined {
    const entry = remove(key)
    if (entry === undefined || entry.until <= clock()) return undefined
    add(key, entry)
    return entry.value
  }

  function write(key: string, value: string, lifetime: number): void {
    remove(key)
    if (lifetime > 0) add(key, { value, until: clock() + lifetime })
  }

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

function bytesOf(key: string, { value }: Entry): number {
  return key.length + value.length + entryBytes
}
