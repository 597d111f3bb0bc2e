import { bytesOfBinary } from '../protocol/binary-text.js'
import { shown } from '../protocol/refusal-reason.js'
import { JwtInvalid, type JwtInvalidReason } from './jwt-invalid.js'

/** Longer than any token a request header can bring with Node's limits raised fourfold. */
const longestToken = 64 * 1024
const longestKid = 256
const deepestClaims = 32

export interface JwtHeader {
  readonly alg: 'RS256'
  readonly kid: string
  readonly typ?: string
}

export type JwtClaims = Readonly<Record<string, unknown>>

/** A token taken apart, with everything checked that needs no key. */
export interface CompactJwt {
  readonly header: JwtHeader
  readonly claims: JwtClaims
}

/**
 * Takes a signed JSON Web Token apart (RFC 7515 section 7.1). Base64url must be canonical, so that
 * no two spellings of one token exist; nothing the header says chooses a key other than by `kid`.
 *
 * @throws JwtInvalid
 */
export function compactJwtOf(jwt: string): CompactJwt {
  if (jwt.length > longestToken) throw malformed('too-large', 'more than 64 KiB')
  const [header, claims, signature, ...rest] = jwt.split('.', 4)
  if (header === undefined || claims === undefined || signature === undefined || rest.length > 0) {
    throw malformed('not-a-jwt', 'text that has not three parts')
  }
  if (!base64urlCharacters.test(signature) || !endsInZeroBits(signature)) throw notCanonical()
  return { header: headerOf(objectIn(header)), claims: claimsOf(objectIn(claims)) }
}

function headerOf(header: JwtClaims): JwtHeader {
  const { alg, kid, typ } = header
  if (alg !== 'RS256') throw malformed('algorithm', `alg ${shown(alg)}`)
  for (const name of unsupported) {
    if (Object.hasOwn(header, name))
      throw malformed('header-unsupported', `the header parameter ${name}`)
  }
  if (typ !== undefined && !isTokenType(typ)) throw malformed('token-type', `typ ${shown(typ)}`)
  if (typeof kid !== 'string' || kid === '' || kid.length > longestKid) {
    throw malformed('key-id', `kid ${shown(kid)}`)
  }
  return Object.freeze({ alg, kid, ...(typ === undefined ? {} : { typ }) })
}

// Extensions that change how the rest is to be read (RFC 7515 section 4.1.11, RFC 7797,
// RFC 7516): the platform uses none of them.
const unsupported = ['crit', 'b64', 'cty', 'zip', 'enc'] as const

const tokenTypes = new Set(['jwt', 'application/jwt', 'at+jwt', 'application/at+jwt'])

function isTokenType(typ: unknown): typ is string {
  return typeof typ === 'string' && tokenTypes.has(typ.toLowerCase())
}

function claimsOf(claims: JwtClaims): JwtClaims {
  return frozenTo(deepestClaims, claims) as JwtClaims // the same object, now frozen
}

/** Freezes what JSON.parse made, all the way down, and drops members named like the prototype. */
function frozenTo(depth: number, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth === 0) throw malformed('not-a-jwt', 'claims nested more than 32 deep')
  Reflect.deleteProperty(value, '__proto__')
  for (const member of Object.values(value)) frozenTo(depth - 1, member)
  return Object.freeze(value)
}

function objectIn(part: string): JwtClaims {
  const value = parsed(part)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('not-a-jwt', 'a part that is not a JSON object')
  }
  return value as JwtClaims // an object, read member by member
}

function parsed(part: string): unknown {
  const binary = binaryIn(part)
  try {
    return JSON.parse(textIn(binary))
  } catch {
    throw malformed('not-a-jwt', 'a part that is not UTF-8 JSON')
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const beyondAscii = /[\x80-\xff]/

/** ASCII, which most tokens are, is its own UTF-8: only the others are decoded a second time. */
function textIn(binary: string): string {
  return beyondAscii.test(binary) ? strictUtf8.decode(bytesOfBinary(binary)) : binary
}

/**
 * The bytes that base64url text stands for, a character each. `atob` also takes white space and
 * padding, which leave fewer bytes than the length promises, and the two characters of the other
 * alphabet. To look for those is a fraction of matching each character.
 */
function binaryIn(part: string): string {
  if (part.includes('+') || part.includes('/') || !endsInZeroBits(part)) throw notCanonical()
  const binary = decoded(part.replaceAll('-', '+').replaceAll('_', '/'))
  if (binary.length !== Math.floor((part.length * 3) / 4)) throw notCanonical()
  return binary
}

function decoded(base64: string): string {
  try {
    return atob(base64)
  } catch {
    throw notCanonical()
  }
}

const base64urlCharacters = /^[\w-]+$/
const endsFourBits = /[AQgw]$/
const endsTwoBits = /[AEIMQUYcgkosw048]$/

/** Whether the bits that encode nothing are zero (RFC 4648 section 3.5), if the length is one that bytes have. */
function endsInZeroBits(part: string): boolean {
  switch (part.length % 4) {
    case 0:
      return true
    case 2:
      return endsFourBits.test(part)
    case 3:
      return endsTwoBits.test(part)
    default:
      return false
  }
}

function notCanonical(): JwtInvalid {
  return malformed('not-a-jwt', 'a part that is not canonical base64url')
}

function malformed(reason: JwtInvalidReason, found: string): JwtInvalid {
  return new JwtInvalid({
    reason,
    found,
    expected:
      'a JSON Web Token as the Microsoft identity platform issues it: signed with RS256, with a kid',
    cure: 'Send the access_token of the token response, unchanged, and nothing else.',
  })
}
