import { createPublicKey, type JsonWebKey } from 'node:crypto'
import type { SigningKey } from '../support/key-server.js'
import type { Random } from './random.js'

const odd: unknown[] = [
  undefined,
  null,
  '',
  7,
  [],
  {},
  'sig',
  'enc',
  'RS256',
  'PS256',
  'RSA',
  'EC',
  'oct',
  'AQAB',
  'AQ',
  'Ag',
  'Aw',
  'AAAB',
  '!',
  ['verify'],
  ['encrypt'],
  'x'.repeat(300),
  '__proto__',
]
const names = [
  'kty',
  'use',
  'alg',
  'kid',
  'n',
  'e',
  'key_ops',
  'issuer',
  'cloud_instance_name',
  'x5c',
  'd',
]

/** A key document with good keys, changed ones and nonsense, and which of its members are untouched. */
export function randomKeyDocument(
  random: Random,
  keys: readonly SigningKey[],
): { content: unknown; untouched: string[] } {
  const untouched: string[] = []
  const members = Array.from({ length: random.below(4) }, (): unknown => {
    const { jwk } = random.pick(keys)
    if (random.chance(0.35)) {
      untouched.push(`${String(jwk['kid'])} ${String(jwk['n'])}`)
      return jwk
    }
    if (random.chance(0.2)) return random.pick(odd)
    const changed: Record<string, unknown> = { ...jwk }
    for (let count = random.below(2) + 1; count > 0; count -= 1)
      changed[random.pick(names)] = random.pick(odd)
    return changed
  })
  if (random.chance(0.05))
    return {
      content: random.pick<unknown>([
        null,
        [],
        'keys',
        7,
        {},
        { keys: null },
        { keys: {} },
        members,
      ]),
      untouched: [],
    }
  return { content: { keys: members }, untouched }
}

/**
 * Whether node:crypto, and the letter of RFC 7517 and 7518, would let a member verify RS256
 * signatures: the most that may be accepted.
 */
export function mayVerify(member: unknown): boolean {
  if (typeof member !== 'object' || member === null) return false
  const jwk = member as Record<string, unknown>
  if (jwk['kty'] !== 'RSA' || typeof jwk['kid'] !== 'string' || jwk['kid'] === '') return false
  if (jwk['use'] !== undefined && jwk['use'] !== 'sig') return false
  if (jwk['alg'] !== undefined && jwk['alg'] !== 'RS256') return false
  const operations = jwk['key_ops']
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify')))
    return false
  try {
    // Its public part alone.
    const key = createPublicKey({
      key: { kty: 'RSA', n: jwk['n'], e: jwk['e'] } as JsonWebKey,
      format: 'jwk',
    })
    const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
    return modulusLength >= 2048 && publicExponent > 1n && publicExponent % 2n === 1n
  } catch {
    return false
  }
}
