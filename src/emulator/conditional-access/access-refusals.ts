import { AadstsError } from '../errors/aadsts-error.js'
import type { ProofPolicy } from './access-policies.js'

/** The user has to be at the browser; the claims tell the sign-in which policy it is for. */
export function proofMissing(policy: ProofPolicy, error: ProofError): AadstsError {
  return new AadstsError({
    code: policy.code,
    error,
    suberror: 'basic_action',
    message: messages[policy.code],
    claims: JSON.stringify({ access_token: claimsFor(policy) }),
  })
}

/**
 * `invalid_grant` for a refresh token, `interaction_required` where there is none to blame and at
 * the v1.0 endpoint.
 */
export type ProofError = 'invalid_grant' | 'interaction_required'

const messages: Readonly<Record<ProofPolicy['code'], string>> = {
  50076:
    'Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.',
  50079:
    'Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access the resource.',
}

/** What was asked for as a context is asked for again, so that the next token has it. */
function claimsFor({ id, subject }: ProofPolicy): object {
  const polids = { polids: { essential: true, values: [id] } }
  if ('resource' in subject) return polids
  return { acrs: { essential: true, value: subject.context }, ...polids }
}

/** A refresh token, or an assertion, from before the user's sessions were ended. */
export function sessionRevoked(): AadstsError {
  return new AadstsError({
    code: 50173,
    error: 'invalid_grant',
    suberror: 'bad_token',
    message:
      'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.',
  })
}

/** Sign-in frequency. */
export function sessionTooOld(error: ProofError): AadstsError {
  return new AadstsError({
    code: 70043,
    error,
    suberror: 'token_expired',
    message:
      'The refresh token has expired or is invalid due to sign-in frequency checks by Conditional Access.',
  })
}

/** There is nothing the user could do; the claims name the policy for an administrator. */
export function accessBlocked(
  policy: { id: string },
  error: ProofError | 'access_denied',
): AadstsError {
  return new AadstsError({
    code: 53003,
    error,
    suberror: 'message_only',
    message:
      'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
    claims: JSON.stringify({
      access_token: { capolids: { essential: true, values: [policy.id] } },
    }),
  })
}
