import { compactJwtOf } from '../../platform/compact-jwt.js'
import { issuedClaimsOf } from '../../platform/jwt-claims.js'
import { createIssuerCheck } from '../../platform/jwt-issuer.js'
import { checkTimes } from '../../platform/jwt-times.js'
import type { JwtVerifier } from '../../platform/verified-jwt.js'
import type { Settings } from '../../middleware/settings.js'

/**
 * The guard's verifier without what needs the platform: shape, audience, issuer and times are
 * judged, the signature is not. For an explanation only: whatever it says, nobody is let in.
 */
export function unsignedVerifierOf(settings: Settings): JwtVerifier {
  const { authority, clock, clockToleranceSeconds: tolerance } = settings
  const checkIssuer = createIssuerCheck(authority)
  return {
    authority,
    async verify(jwt, refuse) {
      const { claims } = await Promise.resolve(compactJwtOf(jwt))
      const issued = issuedClaimsOf(claims)
      refuse?.(claims, issued.version)
      checkIssuer(issued)
      checkTimes(issued, { clock, tolerance, clockDifference: undefined })
      return {
        claims,
        version: issued.version,
        // Without it only a B2C token is let through to here, whose tenant its metadata names.
        tenantId: issued.tenantId ?? authority.tenantId ?? authority.tenant,
        expiresAt: issued.expiresAt * 1000,
        standing: {},
      }
    },
    recheck: () => false,
    purgeKeys: () => undefined,
  }
}
