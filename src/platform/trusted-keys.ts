import type { PublishedKey } from './published-key.js'

const withdrawnAfter = 5 * 60_000

interface Held {
  readonly key: PublishedKey
  /** When a good document first lacked the key; undefined while it is published. */
  readonly missingSince: number | undefined
}

/**
 * The keys in use: what the last good document held, and what an earlier one held that has gone
 * missing only just now. A key is withdrawn when two good documents at least five minutes apart
 * lack it: one partial roll-out takes no key away, a compromised key goes soon, and an outage,
 * which brings no good document, counts for nothing.
 */
export interface TrustedKeys {
  /** More than one when the platform publishes several keys under one id. */
  withId(kid: string): readonly PublishedKey[]
  /** Whether this very key, saying the same about its issuer, is still in use. */
  holds(key: PublishedKey): boolean
  /** True while a key is on its way out, so that the next document is wanted early. */
  readonly waning: boolean
  readonly size: number
  /** Each key by its material, for a document that holds the same keys again. */
  readonly byMaterial: ReadonlyMap<string, PublishedKey['key']>
}

export interface Succession {
  readonly keys: TrustedKeys
  readonly withdrawn: readonly PublishedKey[]
}

const held = new WeakMap<TrustedKeys, readonly Held[]>()

/** The keys in use once a good document has arrived; `before` is undefined for the first one. */
export function succeededBy(
  before: TrustedKeys | undefined,
  published: readonly PublishedKey[],
  now: number,
): Succession {
  const fresh = new Map(published.map((key) => [nameOf(key), { key, missingSince: undefined }]))
  const missing = (before === undefined ? [] : (held.get(before) ?? []))
    .filter(({ key }) => !fresh.has(nameOf(key)))
    .map(({ key, missingSince }) => ({ key, missingSince: missingSince ?? now }))
  const gone = missing.filter(({ missingSince }) => now - missingSince >= withdrawnAfter)
  const kept = missing.filter((entry) => !gone.includes(entry))
  return { keys: trustedKeys([...fresh.values(), ...kept]), withdrawn: gone.map(({ key }) => key) }
}

function trustedKeys(entries: readonly Held[]): TrustedKeys {
  const byId = new Map<string, PublishedKey[]>()
  for (const { key } of entries) byId.set(key.kid, [...(byId.get(key.kid) ?? []), key])
  const keys: TrustedKeys = Object.freeze({
    withId: (kid: string) => byId.get(kid) ?? [],
    holds: (key: PublishedKey) => (byId.get(key.kid) ?? []).some((other) => isSame(other, key)),
    waning: entries.some(({ missingSince }) => missingSince !== undefined),
    size: entries.length,
    byMaterial: new Map(entries.map(({ key }) => [key.material, key.key])),
  })
  held.set(keys, entries)
  return keys
}

// Unambiguous: the material is base64url and a dot, so its first space ends it.
function nameOf(key: PublishedKey): string {
  return `${key.material} ${key.kid}`
}

function isSame(one: PublishedKey, other: PublishedKey): boolean {
  return (
    one.material === other.material &&
    one.issuer === other.issuer &&
    one.cloudInstanceName === other.cloudInstanceName
  )
}
