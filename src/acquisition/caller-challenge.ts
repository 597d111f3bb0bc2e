import type { Authority } from '../protocol/authority.js'
import { challengeHeaders, type ChallengeContext } from '../protocol/bearer-challenge.js'
import { claimsChallenge } from '../protocol/claims-challenge.js'
import {
  AdminConsentRequiredError,
  CallerTokenRejectedError,
  ConsentRequiredError,
  InteractionRequiredError,
  type TokenRefusal,
  type TokenRefusedError,
} from '../protocol/token-errors.js'

/**
 * An API has no page on which its user could sign in or consent: what the platform wants of the
 * user is passed on to the client that called, as a challenge that Microsoft's client libraries
 * and this library's web side understand. Other failures stay what they are.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
export function asCallerChallenge(
  error: TokenRefusedError,
  context: CallerChallengeContext,
): TokenRefusedError
export function asCallerChallenge(error: unknown, context: CallerChallengeContext): unknown
export function asCallerChallenge(error: unknown, context: CallerChallengeContext): unknown {
  if (error instanceof InteractionRequiredError) {
    return new InteractionRequiredError(error, interactionHeaders(error.claims, context))
  }
  if (error instanceof ConsentRequiredError) {
    return new ConsentRequiredError(error, consentHeaders(error, context))
  }
  if (error instanceof AdminConsentRequiredError) {
    const { adminConsentUrl: consentUri } = error
    return new AdminConsentRequiredError(error, consentHeaders(error, { ...context, consentUri }))
  }
  if (error instanceof CallerTokenRejectedError) {
    return new CallerTokenRejectedError(error, context.challenge)
  }
  return error
}

export interface CallerChallengeContext {
  readonly authority: Authority
  readonly clientId: string
  readonly challenge: ChallengeContext
}

/** With claims the client asks for a token that has them; without, for a new token of the user. */
function interactionHeaders(
  claims: string | undefined,
  { authority, clientId, challenge }: CallerChallengeContext,
) {
  return claims === undefined
    ? challengeHeaders({
        ...challenge,
        error: 'invalid_token',
        description: 'The user must sign in again',
      })
    : challengeHeaders(claimsChallenge({ ...challenge, authority, clientId, claims }))
}

function consentHeaders(
  refusal: TokenRefusal,
  { challenge, consentUri }: CallerChallengeContext & { readonly consentUri?: string },
) {
  return challengeHeaders({
    ...challenge,
    error: 'consent_required',
    description: 'Consent to what this API does on behalf of the user is missing',
    consentTo: refusal.scopes,
    ...(consentUri === undefined ? {} : { consentUri }),
  })
}
