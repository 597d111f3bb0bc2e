import { createBoundedMap } from '../protocol/bounded-map.js'
import { cacheKey } from '../protocol/cache-key.js'
import type { Sealer, SealPurpose, Unsealed } from './seal.js'

/** Records that come with one request after another, where others are opened once. */
const readAgain: ReadonlySet<SealPurpose> = new Set(['session', 'account', 'user-tokens'])

const indexLength = 32
/** What an entry weighs besides its texts, roughly. */
const overhead = 512

interface Entry {
  readonly sealed: string
  readonly context: string
  readonly unsealed: Unsealed
}

/**
 * A sealer that remembers what it opened, so that a page does not pay for decryption with every
 * request. What a record holds depends on nothing but the record, its purpose, what it is bound to
 * and the secrets, which never change in a sealer: all of the others are compared, whole. Whether
 * what it says still counts, its reader asks every time.
 *
 * @param limit Bytes that the memory may take.
 */
export function withMemory(sealer: Sealer, limit: number): Sealer {
  const entries = createBoundedMap<Entry>(limit)

  return {
    seal: (...request) => sealer.seal(...request),
    async open(purpose, sealed, additionalData) {
      if (!readAgain.has(purpose)) return sealer.open(purpose, sealed, additionalData)
      // The end of a record is its authentication tag.
      const index = sealed.slice(-indexLength)
      const context = cacheKey(purpose, ...additionalData)
      const entry = entries.get(index)
      if (entry?.sealed === sealed && entry.context === context) return entry.unsealed
      const unsealed = await sealer.open(purpose, sealed, additionalData)
      if (unsealed !== undefined) {
        entries.set(index, { sealed, context, unsealed }, sealed.length * 3 + overhead)
      }
      return unsealed
    },
  }
}
