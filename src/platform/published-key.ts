import { importJWK, type CryptoKey } from 'jose'

/** A signing key of the platform, checked and imported. */
export interface PublishedKey {
  readonly kid: string
  readonly key: CryptoKey
  /** Modulus and exponent as published: tells two keys of one `kid` apart. */
  readonly material: string
  /** Who may be named as issuer by tokens of this key; a template or one tenant's. */
  readonly issuer: string | undefined
  readonly cloudInstanceName: string | undefined
}

const mostKeys = 1000
const longestKid = 256

/**
 * The usable signing keys of a key document. A member that is broken, of another type or made for
 * another purpose is passed over, so that it cannot disturb the good ones (RFC 7517 section 5).
 * Undefined when the document holds no usable key at all.
 */
export async function publishedKeysIn(
  content: unknown,
  known: ReadonlyMap<string, CryptoKey> = new Map(),
): Promise<readonly PublishedKey[] | undefined> {
  const members = membersOf(content)
  if (members === undefined) return undefined
  const keys = await Promise.all(
    members.slice(0, mostKeys).map((member) => publishedKeyIn(member, known)),
  )
  const usable = keys.filter((key) => key !== undefined)
  return usable.length === 0 ? undefined : usable
}

function membersOf(content: unknown): readonly unknown[] | undefined {
  if (typeof content !== 'object' || content === null || !('keys' in content)) return undefined
  return Array.isArray(content.keys) ? content.keys : undefined
}

async function publishedKeyIn(
  member: unknown,
  known: ReadonlyMap<string, CryptoKey>,
): Promise<PublishedKey | undefined> {
  if (typeof member !== 'object' || member === null) return undefined
  const jwk = member as Readonly<Record<string, unknown>> // an object, read member by member
  const { kid, n, e, issuer, cloud_instance_name: cloudInstanceName } = jwk
  if (typeof kid !== 'string' || kid === '' || kid.length > longestKid) return undefined
  if (typeof n !== 'string' || typeof e !== 'string') return undefined
  if (!isForSignatures(jwk) || !isStrong(n, e)) return undefined
  if (!isTextOrAbsent(issuer) || !isTextOrAbsent(cloudInstanceName)) return undefined
  if (issuer === undefined && isForPersonalAccounts(jwk.x5c)) return undefined
  const material = `${n}.${e}`
  const key = known.get(material) ?? (await imported(n, e))
  return key === undefined
    ? undefined
    : Object.freeze({ kid, key, material, issuer, cloudInstanceName })
}

function isForSignatures(jwk: Readonly<Record<string, unknown>>): boolean {
  const { kty, use, alg, key_ops: operations } = jwk
  if (kty !== 'RSA' || (use !== undefined && use !== 'sig')) return false
  if (alg !== undefined && alg !== 'RS256') return false
  return operations === undefined || (Array.isArray(operations) && operations.includes('verify'))
}

/**
 * Keys of the v1.0 endpoint name no issuer, but their certificates tell the personal accounts' keys
 * apart. There are no v1.0 tokens of personal accounts, so such a key has nothing to sign there,
 * least of all for an organization.
 */
function isForPersonalAccounts(certificates: unknown): boolean {
  const certificate: unknown = Array.isArray(certificates) ? certificates[0] : undefined
  if (typeof certificate !== 'string') return false
  return binaryOf(certificate).includes('Live ID STS Signing')
}

const base64url = /^[A-Za-z0-9_-]+$/

/** RSA of 2048 to 8192 bits (RFC 7518 section 3.3) with an odd exponent from 3 to 32 bits. */
function isStrong(n: string, e: string): boolean {
  if (n.length > 1366 || e.length > 6 || !base64url.test(n) || !base64url.test(e)) return false
  const bits = bitsOf(bytesOf(n))
  const exponent = bytesOf(e).reduce((value, byte) => value * 256 + byte, 0)
  return bits >= 2048 && bits <= 8192 && exponent >= 3 && exponent % 2 === 1
}

function bytesOf(text: string): readonly number[] {
  const binary = binaryOf(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Array.from(binary, (character) => character.charCodeAt(0))
}

function binaryOf(base64: string): string {
  try {
    return atob(base64)
  } catch {
    return ''
  }
}

function bitsOf(bytes: readonly number[]): number {
  const first = bytes.findIndex((byte) => byte !== 0)
  const leading = bytes[first]
  return leading === undefined ? 0 : (bytes.length - first - 1) * 8 + (32 - Math.clz32(leading))
}

/** Only the public part is taken, whatever else the member holds. */
async function imported(n: string, e: string): Promise<CryptoKey | undefined> {
  try {
    const key = await importJWK({ kty: 'RSA', n, e }, 'RS256')
    return key instanceof Uint8Array ? undefined : key
  } catch {
    return undefined
  }
}

function isTextOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}
