import { issuerOf, v1IssuerOf, type Platform } from '../platform/platform.js'
import { isPersonal } from '../platform/tenant-segment.js'
import { graphSigningInput } from './sign-jwt.js'

export type TokenFault = 'malformed' | 'unknown key' | 'signature' | 'issuer' | 'expired'

export class TokenFaultError extends Error {
  readonly fault: TokenFault

  constructor(fault: TokenFault, message: string) {
    super(message)
    this.fault = fault
  }
}

/**
 * The claims of a token this platform has signed: with a published key, for an issuer of its own
 * tenant, within its times (five minutes of skew).
 */
export async function verifyToken(
  platform: Platform,
  token: string,
): Promise<Record<string, unknown>> {
  const { header, claims, input, signature } = decode(token)
  const family = isPersonal(String(claims.tid)) ? 'personal' : 'organization'
  const key = platform.keys
    .published()
    .find(
      (one) =>
        one.kid === header.kid && one.family === family && one.cloudInstanceName === undefined,
    )
  if (key === undefined) throw new TokenFaultError('unknown key', 'The key was not found.')
  const signed = typeof header.nonce === 'string' ? graphSigningInput(input) : input
  const valid = await crypto.subtle.verify(
    'RSASSA-PKCS1-v1_5',
    key.publicKey,
    Buffer.from(signature, 'base64url'),
    new TextEncoder().encode(signed),
  )
  if (!valid || header.alg !== 'RS256') {
    throw new TokenFaultError('signature', 'The signature is invalid.')
  }
  requireOwnIssuer(platform, claims)
  requireTimes(platform, claims)
  return claims
}

function requireOwnIssuer(platform: Platform, { iss, tid, ver }: Record<string, unknown>): void {
  const issuer = ver === '1.0' ? v1IssuerOf : issuerOf
  if (issuer(platform, String(tid)) !== iss) {
    throw new TokenFaultError('issuer', 'The issuer is not one of this platform.')
  }
}

function requireTimes(platform: Platform, { nbf, exp }: Record<string, unknown>): void {
  const now = platform.now() / 1000
  const skew = 300
  if (
    typeof exp !== 'number' ||
    now >= exp + skew ||
    (typeof nbf === 'number' && now < nbf - skew)
  ) {
    throw new TokenFaultError('expired', 'Lifetime validation failed, the token is expired.')
  }
}

interface DecodedToken {
  header: Record<string, unknown>
  claims: Record<string, unknown>
  input: string
  signature: string
}

function decode(token: string): DecodedToken {
  const [encodedHeader, encodedClaims, signature, ...rest] = token.split('.')
  if (encodedHeader === undefined || encodedClaims === undefined || signature === undefined) {
    throw malformed()
  }
  if (rest.length > 0) throw malformed()
  const input = `${encodedHeader}.${encodedClaims}`
  return { header: jsonObject(encodedHeader), claims: jsonObject(encodedClaims), input, signature }
}

function jsonObject(encoded: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString())
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Reported below.
  }
  throw malformed()
}

function malformed(): TokenFaultError {
  return new TokenFaultError('malformed', 'The token is not a JSON Web Token.')
}
