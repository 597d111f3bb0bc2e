import { cacheKey } from '../protocol/cache-key.js'
import { decodeBase64Url, encodeBase64Url } from './base64url.js'

/** What a value is sealed for; a value sealed for one purpose never opens for another. */
export type SealPurpose =
  | 'transaction'
  | 'arrival'
  | 'session'
  | 'account'
  | 'sign-out'
  | 'token-store'
  | 'admin-consent'
  | 'errand'

export interface Unsealed {
  readonly bytes: Uint8Array
  /** The bytes as UTF-8. */
  readonly text: string
  /** False when an older secret of the ring opened it: time to seal it again. */
  readonly current: boolean
  /**
   * What a reader makes of it, which it does once: it has to return something that nobody can
   * change.
   */
  as<Value>(read: (unsealed: Unsealed) => Value): Value
}

/** Seals text or bytes so that only this application can read it, and nobody can change or move it. */
export interface Sealer {
  /**
   * @param additionalData What the value belongs to (client, session id, cookie name): it must be
   *   the same when the value is opened, and is not in the result.
   */
  seal(
    purpose: SealPurpose,
    content: string | Uint8Array<ArrayBuffer>,
    additionalData: readonly string[],
  ): Promise<string>
  /**
   * Undefined when the value was changed, moved, sealed for something else or by another secret. At
   * once when it is remembered.
   */
  open(
    purpose: SealPurpose,
    sealed: string,
    additionalData: readonly string[],
  ): Unsealed | undefined | Promise<Unsealed | undefined>
}

const version = '1'
const algorithm = 'AES-GCM'
const nonceBytes = 12
const tagBytes = 16

/**
 * AES-256-GCM (NIST SP 800-38D) under a key of its own per purpose, derived from the secret by
 * HKDF (RFC 5869). Seals with the first secret, opens with any of them.
 *
 * @param secrets The ring: the newest first. At least one.
 */
export function createSealer(secrets: readonly string[]): Sealer {
  const ring = secrets.map(keysOf)
  const [newest] = ring
  if (newest === undefined) throw new TypeError('createSealer() needs at least one secret.')

  return {
    async seal(purpose, content, additionalData) {
      const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes))
      const sealed = await crypto.subtle.encrypt(
        parametersOf(nonce, purpose, additionalData),
        await newest(purpose),
        typeof content === 'string' ? new TextEncoder().encode(content) : content,
      )
      return version + encodeBase64Url(joined(nonce, new Uint8Array(sealed)))
    },

    async open(purpose, sealed, additionalData) {
      const bytes = sealed.startsWith(version) ? decodeBase64Url(sealed.slice(1)) : undefined
      if (bytes === undefined || bytes.length < nonceBytes + tagBytes) return undefined
      const parameters = parametersOf(bytes.slice(0, nonceBytes), purpose, additionalData)
      for (const keyFor of ring) {
        const content = await decrypted(parameters, await keyFor(purpose), bytes.slice(nonceBytes))
        if (content !== undefined) return new Opened(content, keyFor === newest)
      }
      return undefined
    },
  }
}

class Opened implements Unsealed {
  readonly bytes: Uint8Array
  readonly current: boolean
  #reader: unknown
  #made: unknown

  constructor(bytes: Uint8Array, current: boolean) {
    this.bytes = bytes
    this.current = current
  }

  get text(): string {
    return new TextDecoder().decode(this.bytes)
  }

  as<Value>(read: (unsealed: Unsealed) => Value): Value {
    if (this.#reader !== read) {
      this.#made = read(this)
      this.#reader = read
    }
    return this.#made as Value // made by this very reader
  }
}

type KeysByPurpose = (purpose: SealPurpose) => Promise<CryptoKey>

/** The keys of one secret, derived when first needed. */
function keysOf(secret: string): KeysByPurpose {
  const keys = new Map<SealPurpose, Promise<CryptoKey>>()
  return (purpose) => {
    const known = keys.get(purpose)
    if (known !== undefined) return known
    const key = derivedKey(secret, purpose)
    keys.set(purpose, key)
    return key
  }
}

async function derivedKey(secret: string, purpose: SealPurpose): Promise<CryptoKey> {
  const encoder = new TextEncoder()
  const material = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, [
    'deriveKey',
  ])
  return crypto.subtle.deriveKey(
    {
      name: 'HKDF',
      hash: 'SHA-256',
      salt: encoder.encode('entrada/seal'),
      info: encoder.encode(`${version}/${purpose}`),
    },
    material,
    { name: algorithm, length: 256 },
    false,
    ['encrypt', 'decrypt'],
  )
}

function parametersOf(
  nonce: Uint8Array<ArrayBuffer>,
  purpose: SealPurpose,
  additionalData: readonly string[],
): AesGcmParams {
  const context = cacheKey(version, purpose, ...additionalData)
  return { name: algorithm, iv: nonce, additionalData: new TextEncoder().encode(context) }
}

async function decrypted(
  parameters: AesGcmParams,
  key: CryptoKey,
  sealed: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(parameters, key, sealed))
  } catch {
    return undefined
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
