/** Entries found by a key and bounded in bytes: the one not used for longest goes first. */
export interface BoundedMap<Value> {
  /** Finding an entry makes it the one used last. */
  get(key: string): Value | undefined
  /** @param bytes What the entry weighs. One that is heavier than all may be is not kept. */
  set(key: string, value: Value, bytes: number): void
  delete(key: string): void
  /** What the entries weigh together. */
  readonly bytes: number
}

interface Link<Value> {
  readonly key: string
  readonly value: Value
  readonly bytes: number
  older: Link<Value> | undefined
  newer: Link<Value> | undefined
}

/**
 * A Map remembers the order of insertion too, but it is slow at its beginning once many entries
 * were taken from there: the order of use is kept beside it, in links.
 *
 * @param limit Bytes that the entries may weigh together.
 */
export function createBoundedMap<Value>(limit: number): BoundedMap<Value> {
  const links = new Map<string, Link<Value>>()
  let oldest: Link<Value> | undefined
  let newest: Link<Value> | undefined
  let bytes = 0

  function append(link: Link<Value>): void {
    link.older = newest
    if (newest === undefined) oldest = link
    else newest.newer = link
    newest = link
  }

  function unlink(link: Link<Value>): void {
    const { older, newer } = link
    if (older === undefined) oldest = newer
    else older.newer = newer
    if (newer === undefined) newest = older
    else newer.older = older
    link.older = undefined
    link.newer = undefined
  }

  function drop(link: Link<Value>): void {
    links.delete(link.key)
    unlink(link)
    bytes -= link.bytes
  }

  return {
    get(key) {
      const link = links.get(key)
      if (link === undefined) return undefined
      if (link !== newest) {
        unlink(link)
        append(link)
      }
      return link.value
    },
    set(key, value, weight) {
      const before = links.get(key)
      if (before !== undefined) drop(before)
      const link = { key, value, bytes: weight, older: undefined, newer: undefined }
      links.set(key, link)
      append(link)
      bytes += weight
      while (bytes > limit && oldest !== undefined) drop(oldest)
    },
    delete(key) {
      const link = links.get(key)
      if (link !== undefined) drop(link)
    },
    get bytes() {
      return bytes
    },
  }
}
