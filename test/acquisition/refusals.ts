import { PlatformUnavailableError } from '../../src/protocol/platform-unavailable-error.js'
import {
  ConsentRequiredError,
  InteractionRequiredError,
  ThrottledError,
  type TokenRefusal,
} from '../../src/protocol/token-errors.js'

/** A refusal as the platform gives it, with every field filled in. */
export const refusal: TokenRefusal = {
  message: 'The platform refused.',
  resource: 'https://graph.microsoft.com',
  scopes: ['https://graph.microsoft.com/.default'],
  aadsts: [50076],
  oauthError: 'invalid_grant',
  suberror: 'basic_action',
  correlationId: '3f0b6a52-7c1e-4d0b-9b7a-2a6d5b8e1c11',
  traceId: undefined,
  timestamp: undefined,
}

export function interactionNeeded(): InteractionRequiredError {
  return new InteractionRequiredError({
    ...refusal,
    claims: '{"access_token":{}}',
    next: 'sign-in',
  })
}

export function consentMissing(): ConsentRequiredError {
  return new ConsentRequiredError({ ...refusal, claims: undefined })
}

export function throttled(retryAfterSeconds: number): ThrottledError {
  return new ThrottledError({ ...refusal, retryAfterSeconds })
}

export function unavailable(
  failure: PlatformUnavailableError['failure'],
  retryAfter: number,
): PlatformUnavailableError {
  return new PlatformUnavailableError({ endpoint: 'token', failure, retryAfter })
}
