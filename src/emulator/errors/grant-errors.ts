import { AadstsError } from './aadsts-error.js'

/** Refusals of a code, a refresh token or an on-behalf-of assertion. */

export function codeRedeemed(): AadstsError {
  return new AadstsError({
    code: 54005,
    error: 'invalid_grant',
    message:
      'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
  })
}

export function codeExpired(): AadstsError {
  return new AadstsError({
    code: 70008,
    error: 'invalid_grant',
    message:
      'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
  })
}

export function refreshTokenExpired(): AadstsError {
  return new AadstsError({
    code: 700082,
    error: 'invalid_grant',
    suberror: 'bad_token',
    message:
      'The refresh token has expired due to inactivity. The token was inactive for 90.00:00:00.',
  })
}

export function pageRefreshTokenExpired(): AadstsError {
  return new AadstsError({
    code: 700084,
    error: 'invalid_grant',
    suberror: 'bad_token',
    message:
      'The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00, which cannot be extended. It is now expired and a new sign in request must be sent by the SPA to the sign in page.',
  })
}

export function codeOfAnotherTenant(): AadstsError {
  return new AadstsError({
    code: 700005,
    error: 'invalid_grant',
    message:
      'Provided Authorization Code is intended to use against other tenant, thus rejected. OAuth2 Authorization Code must be redeemed against same tenant it was acquired for.',
  })
}

export function grantOfAnotherClient(): AadstsError {
  return new AadstsError({
    code: 70000,
    error: 'invalid_grant',
    message: 'Provided grant is invalid or malformed: it was issued to another client.',
  })
}

export function redirectUriOfCodeMismatch(): AadstsError {
  return new AadstsError({
    code: 500112,
    error: 'invalid_grant',
    message:
      'The redirect_uri does not match the one provided when requesting the authorization code.',
  })
}

/** The verifier does not belong to the challenge. */
export function verifierMismatch(): AadstsError {
  return new AadstsError({
    code: 501481,
    error: 'invalid_grant',
    message:
      'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
  })
}

export function verifierMissing(): AadstsError {
  return new AadstsError({
    code: 50148,
    error: 'invalid_grant',
    message:
      'The code_verifier is missing, malformed, or given for a code that was asked for without a code_challenge.',
  })
}

export function challengeInvalid(): AadstsError {
  return new AadstsError({
    code: 50147,
    error: 'invalid_request',
    message: 'Missing or invalid size of code_challenge parameter.',
  })
}

/** The code of a page is worth nothing without PKCE. */
export function challengeRequired(): AadstsError {
  return new AadstsError({
    code: 9002325,
    error: 'invalid_request',
    message:
      'Proof Key for Code Exchange is required for cross-origin authorization code redemption.',
  })
}

/** A page redeems its code itself, and its browser says so. */
export function pageCodeWithoutOrigin(): AadstsError {
  return new AadstsError({
    code: 9002327,
    error: 'invalid_request',
    message:
      "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
  })
}

/** A page redeems what is a server's: its code, or its credential. */
export function crossOriginRedemption(): AadstsError {
  return new AadstsError({
    code: 9002326,
    error: 'invalid_request',
    message:
      "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type.",
  })
}

export function challengeMethodInvalid(): AadstsError {
  return new AadstsError({
    code: 501491,
    error: 'invalid_request',
    message: "Invalid code_challenge_method: expected 'S256' or 'plain'.",
  })
}

export function assertionInvalid(detail: string): AadstsError {
  return new AadstsError({
    code: 50013,
    error: 'invalid_grant',
    message: `Assertion failed signature validation or is malformed. [Reason - ${detail}]`,
  })
}

export function assertionForAnotherAudience(): AadstsError {
  return new AadstsError({
    code: 500131,
    error: 'invalid_grant',
    message:
      'Assertion audience does not match the Client app presenting the assertion. The audience in the assertion must be the app presenting it.',
  })
}

export function assertionExpired(): AadstsError {
  return new AadstsError({
    code: 500133,
    error: 'invalid_grant',
    message:
      'Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token.',
  })
}

export function assertionIsIdToken(): AadstsError {
  return new AadstsError({
    code: 240002,
    error: 'invalid_grant',
    message: 'Input id_token cannot be used as urn:ietf:params:oauth:grant-type:jwt-bearer grant.',
  })
}

export function assertionIsAppOnly(appId: string): AadstsError {
  return new AadstsError({
    code: 7000114,
    error: 'unauthorized_client',
    message: `Application '${appId}' is not allowed to make application on-behalf-of calls.`,
  })
}
