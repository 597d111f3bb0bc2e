/** Sets an entry as the latest of a map that holds so many at the most: the one not set for longest goes. */
export function setLatest<Key, Value>(
  entries: Map<Key, Value>,
  key: Key,
  value: Value,
  most: number,
): void {
  entries.delete(key)
  entries.set(key, value)
  const oldest = entries.keys().next()
  if (entries.size > most && oldest.done !== true) entries.delete(oldest.value)
}
