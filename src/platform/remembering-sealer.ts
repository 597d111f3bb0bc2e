import { createBoundedMap } from '../protocol/bounded-map.js'
import type { Sealer, SealPurpose, Unsealed } from './seal.js'

/** Records that come with one request after another, where others are opened once. */
const readAgain: ReadonlySet<SealPurpose> = new Set(['session', 'account'])

const indexLength = 32
/** What an entry weighs besides its texts, roughly. */
const overhead = 512

interface Entry {
  readonly sealed: string
  readonly purpose: SealPurpose
  readonly boundTo: readonly string[]
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

  async function openAnew(
    purpose: SealPurpose,
    sealed: string,
    boundTo: readonly string[],
  ): Promise<Unsealed | undefined> {
    const unsealed = await sealer.open(purpose, sealed, boundTo)
    if (unsealed !== undefined) {
      const entry = { sealed, purpose, boundTo: [...boundTo], unsealed }
      entries.set(indexOf(sealed), entry, sealed.length * 3 + overhead)
    }
    return unsealed
  }

  return {
    seal: (...request) => sealer.seal(...request),
    open(purpose, sealed, additionalData) {
      if (!readAgain.has(purpose)) return sealer.open(purpose, sealed, additionalData)
      const entry = entries.get(indexOf(sealed))
      return entry?.sealed === sealed && isBoundTo(entry, purpose, additionalData)
        ? entry.unsealed
        : openAnew(purpose, sealed, additionalData)
    },
  }
}

/** The end of a record is its authentication tag. */
function indexOf(sealed: string): string {
  return sealed.slice(-indexLength)
}

function isBoundTo(entry: Entry, purpose: SealPurpose, additionalData: readonly string[]): boolean {
  return (
    entry.purpose === purpose &&
    entry.boundTo.length === additionalData.length &&
    entry.boundTo.every((part, index) => part === additionalData[index])
  )
}
