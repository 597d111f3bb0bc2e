import type { KeyFamily, PlatformKeys } from '../emulator.js'
import { generateSigningKey, type SigningKey } from './signing-key.js'

export interface KeyRing extends PlatformKeys {
  /** What is published now, newest last. */
  published(): readonly SigningKey[]
  /** The named key, published or not, or the one that signs now for the family. */
  find(choice: { kid?: string | undefined; family?: KeyFamily | undefined }): SigningKey
}

/**
 * The platform's signing keys: one for organizations, one for personal accounts. A few organization
 * keys are made ahead, because rotating is immediate and making an RSA key is not.
 */
export async function createKeyRing(now: () => number): Promise<KeyRing> {
  const spares = new SpareKeys(now)
  const keys = await Promise.all([
    generateSigningKey('organization', now()),
    generateSigningKey('personal', now()),
    spares.first,
  ]).then(([organization, personal]) => [organization, personal])
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
    rotate() {
      const next = spares.take()
      keys.push(next)
      currentKid.set('organization', next.kid)
      return next.kid
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

class SpareKeys {
  readonly first: Promise<void>
  readonly #ready: SigningKey[] = []
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
    this.first = this.#make()
    void this.first.then(() => this.#make())
  }

  take(): SigningKey {
    const key = this.#ready.shift()
    if (key === undefined) {
      throw new Error(
        'The next signing key is still being made. Rotate again a moment later: one key takes about a tenth of a second.',
      )
    }
    void this.#make()
    return key
  }

  async #make(): Promise<void> {
    this.#ready.push(await generateSigningKey('organization', this.#now()))
  }
}
