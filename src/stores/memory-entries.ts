import type { Clock } from '../platform/clock.js'
import { createBoundedMap } from '../protocol/bounded-map.js'

/** Entries in this process, bounded in bytes and in time. */
export interface MemoryEntries<Value> {
  read(key: string): Value | undefined
  /** @param lifetime Milliseconds after which the entry is gone. */
  write(key: string, value: Value, lifetime: number): void
  remove(key: string): void
}

export interface MemoryEntriesSettings<Value> {
  readonly clock: Clock
  /** How many bytes the entries may take. */
  readonly capacity: number
  /** What a value takes of them; the key and the map are added. */
  readonly bytesOf: (value: Value) => number
}

/** What an entry takes beside key and value: the map's slot, the object, the number. */
const entryBytes = 128

/**
 * Nothing runs in the background: an entry that is too old is gone when it is asked for, and those
 * that are not used make room.
 */
export function createMemoryEntries<Value>(
  settings: MemoryEntriesSettings<Value>,
): MemoryEntries<Value> {
  const { clock, capacity, bytesOf } = settings
  const entries = createBoundedMap<{ readonly value: Value; readonly until: number }>(capacity)

  return {
    read(key) {
      const entry = entries.get(key)
      if (entry === undefined || entry.until > clock()) return entry?.value
      entries.delete(key)
      return undefined
    },
    write(key, value, lifetime) {
      entries.delete(key)
      const bytes = key.length + bytesOf(value) + entryBytes
      if (lifetime > 0) entries.set(key, { value, until: clock() + lifetime }, bytes)
    },
    remove(key) {
      entries.delete(key)
    },
  }
}
