/**
 * One string out of several, such that no two lists give the same string: each part is preceded
 * by its length, so a separator inside a part cannot pass for one between parts.
 */
export function cacheKey(...parts: readonly string[]): string {
  return parts.map((part) => `${part.length}:${part}`).join('')
}
