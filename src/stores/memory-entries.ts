import type { Clock } from '../platform/clock.js'

/** Entries in this process, bounded in bytes and in time. */
export interface MemoryEntries {
  /** Reading makes an entry the one used last. */
  read(key: string): string | undefined
  /** @param lifetime Milliseconds after which the entry is gone. */
  write(key: string, value: string, lifetime: number): void
  remove(key: string): void
}

interface Entry {
  readonly value: string
  readonly until: number
}

/** What an entry takes beyond its texts: the map's slot, the object, the number. */
const entryBytes = 128

/**
 * Nothing runs in the background: an entry that is too old is gone when it is asked for, and the
 * ones not used for longest make room.
 *
 * @param capacity How many bytes the entries may take; what is stored is ASCII.
 */
export function createMemoryEntries(settings: {
  readonly clock: Clock
  readonly capacity: number
}): MemoryEntries {
  const { clock, capacity } = settings
  const entries = new Map<string, Entry>()
  let size = 0

  function take(key: string): Entry | undefined {
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
      take(oldest)
    }
  }

  return {
    read(key) {
      const entry = take(key)
      if (entry === undefined || entry.until <= clock()) return undefined
      add(key, entry)
      return entry.value
    },
    write(key, value, lifetime) {
      take(key)
      if (lifetime > 0) add(key, { value, until: clock() + lifetime })
    },
    remove: (key) => void take(key),
  }
}

function bytesOf(key: string, { value }: Entry): number {
  return key.length + value.length + entryBytes
}
