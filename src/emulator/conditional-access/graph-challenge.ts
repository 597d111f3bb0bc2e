import { accessDenied, claimsChallenge } from '../graph/graph-error.js'
import type { GraphToken } from '../graph/graph-token.js'
import type { AccessPolicies } from './access-policies.js'

/**
 * Continuous access evaluation: Microsoft Graph refuses a token that was good when it was issued,
 * and says in claims what the next one must have. Only clients that declared `cp1` are asked.
 * https://learn.microsoft.com/entra/identity-platform/app-resilience-continuous-access-evaluation
 *
 * @throws GraphError 401 with a claims challenge.
 */
export function requireAccess(
  policies: AccessPolicies,
  { claims, oid, kind }: GraphToken,
  authorizationUri: string,
): void {
  const understands = isCapable(claims['xms_cc'])
  const validFrom = policies.validFrom(oid)
  if (understands && Number(claims['nbf']) < validFrom) {
    throw claimsChallenge(
      { nbf: { essential: true, value: String(validFrom) } },
      { authorizationUri, code: 'TokenIssuedBeforeRevocationTimestamp' },
    )
  }
  const context = policies.contextOfGraph()
  if (context === undefined || kind !== 'delegated') return
  const { acrs } = claims
  if (Array.isArray(acrs) && acrs.includes(context)) return
  if (!understands) throw accessDenied()
  throw claimsChallenge(
    { acrs: { essential: true, value: context } },
    { authorizationUri, code: 'AuthenticationContextNotSatisfied' },
  )
}

function isCapable(capabilities: unknown): boolean {
  return Array.isArray(capabilities) && capabilities.some((one) => /^cp1$/i.test(String(one)))
}
