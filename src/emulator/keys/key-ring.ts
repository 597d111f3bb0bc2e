import type { KeyFamily, PlatformKeys } from '../emulator.js'
import { keyPairsReady, nextKeyPair, takeKeyPair } from './key-pairs.js'
import { createSigningKey, type SigningKey } from './signing-key.js'

export interface KeyRing extends PlatformKeys {
  /** What is published now, newest last. */
  published(): readonly SigningKey[]
  /** The named key, published or not, or the one that signs now for the family. */
  find(choice: { kid?: string | undefined; family?: KeyFamily | undefined }): SigningKey
}

/** The platform's signing keys: one for organizations to begin with, one for personal accounts. */
export async function createKeyRing(now: () => number): Promise<KeyRing> {
  const [organization, personal] = await Promise.all([
    nextKeyPair(),
    nextKeyPair(),
    keyPairsReady(),
  ])
  const keys = [
    createSigningKey('organization', organization, now()),
    createSigningKey('personal', personal, now()),
  ]
  const withdrawn = new Set<string>()
  const currentKid = new Map(keys.map((key) => [key.family, key.kid]))

  function find({ kid, family = 'organization' }: Parameters<KeyRing['find']>[0]): SigningKey {
    const wanted = kid ?? currentKid.get(family)
    const key = keys.find((candidate) => candidate.kid === wanted)
    if (key === undefined)
      throw new Error(`There is no signing key with the kid ${String(wanted)}.`)
    return key
  }

  return {
    rotate(family = 'organization') {
      const next = createSigningKey(family, takeKeyPair(), now())
      keys.push(next)
      currentKid.set(family, next.kid)
      return next.kid
    },
    publishForeign(cloudInstanceName) {
      const foreign = createSigningKey('organization', takeKeyPair(), now())
      keys.push({ ...foreign, cloudInstanceName })
      return foreign.kid
    },
    withdraw(kid) {
      withdrawn.add(find({ kid }).kid)
    },
    current(family) {
      const { kid, privateKey } = find({ family })
      return { kid, privateKey }
    },
    published: () => keys.filter((key) => !withdrawn.has(key.kid)),
    find,
  }
}
