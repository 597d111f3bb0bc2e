import { ConfigurationError } from './configuration-error.js'
import { isSecureUrl } from './loopback.js'

/** What every challenge of one `entra()` instance says besides the error; settled at construction. */
export interface ChallengeContext {
  /** Address of the protected resource metadata (RFC 9728 section 5.1); configured, never built from a request. */
  readonly resourceMetadata?: string
  /** Space-separated scopes that would be enough, as a client asks for them. */
  readonly scope?: string
}

export interface BearerChallenge extends ChallengeContext {
  readonly error?:
    | 'invalid_request'
    | 'invalid_token'
    | 'insufficient_scope'
    | 'insufficient_claims'
    | 'consent_required'
  readonly description?: string
  readonly realm?: string
  readonly authorizationUri?: string
  readonly clientId?: string
  /** Claims request as JSON; sent as base64. */
  readonly claims?: string
  /** Permissions of another API that lack consent, in the words of Microsoft.Identity.Web. */
  readonly consentTo?: readonly string[]
  /** Where an administrator consents to them. */
  readonly consentUri?: string
}

/**
 * The value of a `WWW-Authenticate` header of the Bearer scheme (RFC 6750 section 3, with the
 * parameters of a claims challenge where Microsoft's clients expect them).
 *
 * @throws ConfigurationError when a value has a character that RFC 6750 does not allow: every
 *   value comes from configuration or a fixed table, so that is a mistake in the program.
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
export function bearerChallenge(challenge: BearerChallenge): string {
  const parameters = [
    parameter('realm', challenge.realm),
    parameter('authorization_uri', challenge.authorizationUri),
    parameter('client_id', challenge.clientId),
    parameter('error', challenge.error),
    parameter('error_description', challenge.description),
    parameter('scope', challenge.scope),
    parameter('claims', challenge.claims === undefined ? undefined : btoa(challenge.claims)),
    parameter('scopes', challenge.consentTo?.join(',')),
    parameter('proposedAction', challenge.consentTo === undefined ? undefined : 'consent'),
    parameter('consentUri', challenge.consentUri),
    parameter('resource_metadata', challenge.resourceMetadata),
  ].filter((text) => text !== undefined)
  return parameters.length === 0 ? 'Bearer' : `Bearer ${parameters.join(', ')}`
}

/** Headers of a refusal: the challenge, readable by a page of another origin. */
export function challengeHeaders(challenge: BearerChallenge): Readonly<Record<string, string>> {
  return {
    'WWW-Authenticate': bearerChallenge(challenge),
    'Access-Control-Expose-Headers': 'WWW-Authenticate',
  }
}

/**
 * Checks what challenges are going to say, so that a mistake shows at construction.
 *
 * @throws ConfigurationError when the metadata address is not an absolute https URL.
 */
export function challengeContextOf(resourceMetadata: string | undefined): ChallengeContext {
  if (resourceMetadata === undefined) return Object.freeze({})
  const url = URL.canParse(resourceMetadata) ? new URL(resourceMetadata) : undefined
  if (url === undefined || !isSecureUrl(url) || !quotable.test(resourceMetadata)) {
    throw new ConfigurationError({
      message:
        `resourceMetadata is ${JSON.stringify(resourceMetadata)}. Expected an absolute https URL, such as ` +
        `https://api.contoso.com/.well-known/oauth-protected-resource.`,
      option: 'resourceMetadata',
    })
  }
  return Object.freeze({ resourceMetadata })
}

const quotable = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

function parameter(name: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  if (!quotable.test(value)) {
    throw new ConfigurationError({
      message: `The ${name} of a challenge is ${JSON.stringify(value)}. Expected printable ASCII without quotes and backslashes.`,
    })
  }
  return `${name}="${value}"`
}
