/** Entries found by a key and bounded in bytes: those that are not used go before those that are. */
export interface BoundedMap<Value, Key = string> {
  get(key: Key): Value | undefined
  /** @param bytes What the entry weighs. One that is heavier than all may be is not kept. */
  set(key: Key, value: Value, bytes: number): void
  delete(key: Key): void
  /** What the entries weigh together. */
  readonly bytes: number
}

interface Link<Value, Key> {
  readonly key: Key
  readonly value: Value
  readonly bytes: number
  /** Whether it was found since it was last passed over. */
  isUsed: boolean
  older: Link<Value, Key> | undefined
  newer: Link<Value, Key> | undefined
}

/**
 * Finding an entry marks it, and only making room moves entries: the oldest goes, unless it is
 * marked; then it loses the mark and becomes the newest (the clock algorithm, or second chance). A
 * strict order of use would touch three more entries each time one is found. A Map remembers the
 * order of insertion too, but it is slow at its beginning once many entries were taken from there.
 *
 * @param limit Bytes that the entries may weigh together.
 * @param isNeeded Entries that do not go, even if the others are not enough.
 */
export function createBoundedMap<Value, Key = string>(
  limit: number,
  isNeeded: (value: Value) => boolean = () => false,
): BoundedMap<Value, Key> {
  type Entry = Link<Value, Key>
  const links = new Map<Key, Entry>()
  let oldest: Entry | undefined
  let newest: Entry | undefined
  let bytes = 0

  function append(link: Entry): void {
    link.older = newest
    if (newest === undefined) oldest = link
    else newest.newer = link
    newest = link
  }

  function unlink(link: Entry): void {
    const { older, newer } = link
    if (older === undefined) oldest = newer
    else older.newer = newer
    if (newer === undefined) newest = older
    else newer.older = older
    link.older = undefined
    link.newer = undefined
  }

  function drop(link: Entry): void {
    links.delete(link.key)
    unlink(link)
    bytes -= link.bytes
  }

  function passOver(link: Entry): void {
    link.isUsed = false
    unlink(link)
    append(link)
  }

  /** Who was passed over once has no mark the second time, so two rounds are enough. */
  function makeRoom(): void {
    for (let left = 2 * links.size; left > 0 && bytes > limit && oldest !== undefined; left -= 1) {
      if (oldest.isUsed || isNeeded(oldest.value)) passOver(oldest)
      else drop(oldest)
    }
  }

  return {
    get(key) {
      const link = links.get(key)
      if (link === undefined) return undefined
      // Written only where it changes: the entries of all users do not fit into a cache.
      if (!link.isUsed) link.isUsed = true
      return link.value
    },
    set(key, value, weight) {
      const before = links.get(key)
      if (before !== undefined) drop(before)
      if (weight > limit) return
      const link = { key, value, bytes: weight, isUsed: true, older: undefined, newer: undefined }
      links.set(key, link)
      append(link)
      bytes += weight
      makeRoom()
      link.isUsed = false
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
