import type { Clock } from '../platform/clock.js'
import type { TokenStore } from './token-store.js'

interface Entry {
  readonly value: string
  readonly until: number
}

/**
 * Keeps entries in this process. Nothing runs in the background: an entry that is too old is gone
 * when it is asked for, and the ones not used for longest make room.
 *
 * @param capacity How many characters keys and values may hold together.
 */
export function createMemoryTokenStore(settings: {
  readonly clock: Clock
  readonly capacity: number
}): TokenStore {
  const { clock, capacity } = settings
  const entries = new Map<string, Entry>()
  let size = 0

  function remove(key: string): Entry | undefined {
    const entry = entries.get(key)
    if (entry === undefined) return undefined
    entries.delete(key)
    size -= key.length + entry.value.length
    return entry
  }

  function add(key: string, entry: Entry): void {
    entries.set(key, entry)
    size += key.length + entry.value.length
    for (const oldest of entries.keys()) {
      if (size <= capacity) return
      remove(oldest)
    }
  }

  return {
    get(key) {
      const entry = remove(key)
      if (entry === undefined || entry.until <= clock()) return Promise.resolve(undefined)
      add(key, entry)
      return Promise.resolve(entry.value)
    },
    set(key, value, lifetime) {
      remove(key)
      add(key, { value, until: clock() + lifetime })
      return Promise.resolve()
    },
    delete(key) {
      remove(key)
      return Promise.resolve()
    },
  }
}
