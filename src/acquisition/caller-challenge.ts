import type { Authority } from '../protocol/authority.js'
import { challengeHeaders } from '../protocol/bearer-challenge.js'
import { claimsChallengeHeaders } from '../protocol/claims-challenge.js'
import {
  AdminConsentRequiredError,
  ConsentRequiredError,
  InteractionRequiredError,
  type TokenRefusal,
} from '../protocol/token-errors.js'

/**
 * An API has no page on which its user could sign in or consent: what the platform wants of the
 * user is passed on to the client that called, as a challenge that Microsoft's client libraries
 * and this library's web side understand. Other failures stay what they are.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
export function asCallerChallenge(error: unknown, authority: Authority): unknown {
  if (error instanceof InteractionRequiredError) {
    return new InteractionRequiredError(error, interactionHeaders(error.claims, authority))
  }
  if (error instanceof ConsentRequiredError) {
    return new ConsentRequiredError(error, consentHeaders(error))
  }
  if (error instanceof AdminConsentRequiredError) {
    return new AdminConsentRequiredError(error, consentHeaders(error, error.adminConsentUrl))
  }
  return error
}

/** With claims the client asks for a token that has them; without, for a new token of the user. */
function interactionHeaders(claims: string | undefined, authority: Authority) {
  return claims === undefined
    ? challengeHeaders({ error: 'invalid_token', description: 'The user must sign in again' })
    : claimsChallengeHeaders(authority, claims)
}

function consentHeaders(refusal: TokenRefusal, consentUri?: string) {
  return challengeHeaders({
    error: 'consent_required',
    description: 'Consent to what this API does on behalf of the user is missing',
    consentTo: refusal.scopes,
    ...(consentUri === undefined ? {} : { consentUri }),
  })
}
