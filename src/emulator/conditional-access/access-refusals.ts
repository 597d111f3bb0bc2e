import { AadstsError } from '../errors/aadsts-error.js'
import type { AccessPolicy } from './access-policies.js'

/** The user has to be at the browser; the claims tell the sign-in which policy it is for. */
export function proofMissing(policy: AccessPolicy, error: ProofError): AadstsError {
  return new AadstsError({
    code: policy.code,
    error,
    suberror: 'basic_action',
    message: messages[policy.code],
    claims: JSON.stringify({
      access_token: { polids: { essential: true, values: [policy.id] } },
    }),
  })
}

/** `invalid_grant` for a refresh token, `interaction_required` where there is none to blame. */
export type ProofError = 'invalid_grant' | 'interaction_required'

const messages: Readonly<Record<AccessPolicy['code'], string>> = {
  50076:
    'Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.',
  50079:
    'Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access the resource.',
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
