import type { TokenVersion } from '../protocol/authority.js'
import { shown } from '../protocol/refusal-reason.js'
import { isGuid } from '../protocol/tenant.js'
import type { JwtClaims } from './compact-jwt.js'
import { JwtInvalid } from './jwt-invalid.js'

/** The claims that decide by which issuer, keys and clock a token is judged. */
export interface IssuedClaims extends IssuedTimes {
  readonly issuer: string
  readonly version: TokenVersion
  /** As the token spells it; undefined when the token names none (Azure AD B2C). */
  readonly tenantId: string | undefined
}

/** Seconds since the epoch. */
export interface IssuedTimes {
  readonly expiresAt: number
  readonly notBefore: number | undefined
}

/** Reads them with their types. Throws JwtInvalid; whether their values are right is not asked here. */
export function issuedClaimsOf(claims: JwtClaims): IssuedClaims {
  const { iss, exp, nbf, iat } = claims
  if (typeof iss !== 'string') throw wrongType('iss', iss, 'a string')
  if (!isTime(exp)) throw wrongType('exp', exp, 'a number of seconds')
  if (nbf !== undefined && !isTime(nbf)) throw wrongType('nbf', nbf, 'a number of seconds')
  if (iat !== undefined && !isTime(iat)) throw wrongType('iat', iat, 'a number of seconds')
  return {
    issuer: iss,
    version: versionOf(claims.ver, iss),
    tenantId: tenantIdOf(claims),
    expiresAt: exp,
    notBefore: nbf,
  }
}

/** JSON's 1e999 is Infinity: a token that never expires is none of the platform's. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function versionOf(ver: unknown, issuer: string): TokenVersion {
  if (ver === '1.0' || ver === '2.0') return ver
  if (ver === undefined) return /\/v2\.0\/?$/.test(issuer) ? '2.0' : '1.0'
  throw new JwtInvalid({
    reason: 'version',
    found: `ver ${shown(ver)}`,
    expected: 'ver "1.0" or "2.0"',
    cure: 'Ask for the token at the Microsoft identity platform.',
  })
}

function tenantIdOf(claims: JwtClaims): string | undefined {
  // A second tid in other letters would be read by code that ignores case: refused, as Microsoft's
  // own validation does.
  const isTwin = (name: string) =>
    name.length === 3 && name !== 'tid' && name.toLowerCase() === 'tid'
  if (Object.keys(claims).some(isTwin)) throw wrongTenant('a second tenant claim')
  const { tid } = claims
  if (tid === undefined) return undefined
  if (!isGuid(tid)) throw wrongTenant(`tid ${shown(tid)}`)
  return tid
}

function wrongTenant(found: string): JwtInvalid {
  return new JwtInvalid({
    reason: 'tenant',
    found,
    expected: 'one tid, a GUID, the one that stands in iss',
    cure: 'Ask for the token at the Microsoft identity platform.',
  })
}

function wrongType(claim: string, value: unknown, expected: string): JwtInvalid {
  return new JwtInvalid({
    reason: 'claims-malformed',
    found: `${claim} ${shown(value)}`,
    expected: `${claim}, ${expected}`,
    cure: 'Ask for the token at the Microsoft identity platform.',
  })
}
