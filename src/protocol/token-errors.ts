import { challengeHeaders, type ChallengeContext } from './bearer-challenge.js'
import { EntraError, Refusal, type EntraErrorDetail } from './entra-error.js'
import { longestPauseSeconds } from './retry-after.js'

/**
 * What the platform said of a token request it refused: named fields, copied and checked. Its
 * `error_description` is not among them, nor anything that was sent.
 */
export interface TokenRefusal {
  /** What was tried, why it failed, what to do. */
  readonly message: string
  readonly resource: string | undefined
  readonly scopes: readonly string[]
  /** The AADSTS numbers of the answer, the deciding one first. */
  readonly aadsts: readonly number[]
  /** `error` of the answer, such as `invalid_grant`. */
  readonly oauthError: string | undefined
  /** `suberror` of the answer, such as `basic_action`. */
  readonly suberror: string | undefined
  /** What an administrator finds the request by in the sign-in log. */
  readonly correlationId: string | undefined
  readonly traceId: string | undefined
  readonly timestamp: string | undefined
}

type Headers = Readonly<Record<string, string>>

/** A token that could not be had because the platform refused the request for it. */
export abstract class TokenRefusedError extends Refusal implements TokenRefusal {
  readonly resource: string | undefined
  readonly scopes: readonly string[]
  readonly aadsts: readonly number[]
  readonly oauthError: string | undefined
  readonly suberror: string | undefined
  readonly correlationId: string | undefined
  readonly traceId: string | undefined
  readonly timestamp: string | undefined

  protected constructor(refusal: TokenRefusal, detail: EntraErrorDetail) {
    super(refusal.message, detail)
    this.resource = refusal.resource
    this.scopes = Object.freeze([...refusal.scopes])
    this.aadsts = Object.freeze([...refusal.aadsts])
    this.oauthError = refusal.oauthError
    this.suberror = refusal.suberror
    this.correlationId = refusal.correlationId
    this.traceId = refusal.traceId
    this.timestamp = refusal.timestamp
  }
}

export interface InteractionRefusal extends TokenRefusal {
  /** Claims request to send along with the next sign-in, as JSON. */
  readonly claims: string | undefined
  /** `restart`: the code or its proof is spent, and the sign-in has to begin anew. */
  readonly next: 'sign-in' | 'restart'
}

/**
 * The user has to be at the browser: sign in, prove more, or sign in again. 401; in a web
 * application it becomes a redirect, in an API a challenge for the caller, with `claims`.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
export class InteractionRequiredError extends TokenRefusedError {
  readonly code = 'ERR_ENTRA_INTERACTION_REQUIRED'
  readonly claims: string | undefined
  readonly next: 'sign-in' | 'restart'

  /** @param headers The challenge, where the one to ask is the caller of an API. */
  constructor(refusal: InteractionRefusal, headers: Headers = {}) {
    super(refusal, { status: 401, headers })
    this.claims = refusal.claims
    this.next = refusal.next
  }
}

export interface ConsentRefusal extends TokenRefusal {
  readonly claims: string | undefined
  /** See {@link ConsentRequiredError.missing}. */
  readonly missing?: readonly string[] | undefined
}

/** The user has not consented to the scopes and may be able to: 401, a redirect or a challenge. */
export class ConsentRequiredError extends TokenRefusedError {
  readonly code = 'ERR_ENTRA_CONSENT_REQUIRED'
  readonly claims: string | undefined
  /**
   * What was wanted and not granted, where a token was granted all the same; empty when there was
   * none. With `.default` in `scopes` the user has to see the consent page again, because the
   * platform does not ask by itself once anything is granted.
   */
  readonly missing: readonly string[]

  /** @param headers The challenge, where the one to ask is the caller of an API. */
  constructor(refusal: ConsentRefusal, headers: Headers = {}) {
    super(refusal, { status: 401, headers })
    this.claims = refusal.claims
    this.missing = Object.freeze([...(refusal.missing ?? [])])
  }
}

/**
 * Only an administrator can consent to the scopes: 401. Do not send the user to sign in again,
 * the answer stays the same; show `adminConsentUrl` instead.
 */
export class AdminConsentRequiredError extends TokenRefusedError {
  readonly code = 'ERR_ENTRA_ADMIN_CONSENT_REQUIRED'
  /** The page on which an administrator consents for the organization. */
  readonly adminConsentUrl: string

  /** @param headers The challenge, where the one to ask is the caller of an API. */
  constructor(refusal: TokenRefusal & { readonly adminConsentUrl: string }, headers: Headers = {}) {
    super(refusal, { status: 401, headers })
    this.adminConsentUrl = refusal.adminConsentUrl
  }
}

/** The application's own secret, certificate or federated assertion was not accepted: 500. */
export class CredentialRejectedError extends TokenRefusedError {
  readonly code = 'ERR_ENTRA_CREDENTIAL_REJECTED'

  constructor(refusal: TokenRefusal) {
    super(refusal, { status: 500 })
  }
}

/**
 * The platform refused, and asking again changes nothing: a fault in the registration or in the
 * request (`configuration`, 500), or a decision of the user or an administrator (`denied`, 403).
 */
export class RequestRefusedError extends TokenRefusedError {
  readonly code = 'ERR_ENTRA_REQUEST_REFUSED'
  readonly reason: 'configuration' | 'denied'

  constructor(refusal: TokenRefusal & { readonly reason: 'configuration' | 'denied' }) {
    super(refusal, { status: refusal.reason === 'denied' ? 403 : 500 })
    this.reason = refusal.reason
  }
}

/** The platform limits this application: 503 with `Retry-After`. Ask again after that, not before. */
export class ThrottledError extends TokenRefusedError {
  readonly code = 'ERR_ENTRA_THROTTLED'
  /** Seconds until another attempt makes sense: a minute when the platform did not say. */
  readonly retryAfter: number

  constructor(refusal: TokenRefusal & { readonly retryAfterSeconds: number | undefined }) {
    const wanted = Math.ceil(refusal.retryAfterSeconds ?? usualPauseSeconds)
    const seconds = Math.min(longestPauseSeconds, Math.max(1, wanted))
    super(refusal, { status: 503, headers: { 'Retry-After': String(seconds) } })
    this.retryAfter = seconds
  }
}

const usualPauseSeconds = 60

/**
 * The platform does not take the caller's token as an on-behalf-of assertion, although this API
 * did: expired meanwhile, revoked, for another application. 401 `invalid_token`, so that the
 * caller comes back with a fresh one.
 */
export class CallerTokenRejectedError extends TokenRefusedError {
  readonly code = 'ERR_ENTRA_TOKEN_INVALID'

  constructor(refusal: TokenRefusal, context: ChallengeContext = {}) {
    const description = 'The access token was not accepted on behalf of the caller'
    super(refusal, {
      status: 401,
      headers: challengeHeaders({ ...context, error: 'invalid_token', description }),
    })
  }
}

/** Why there is nobody to act for. */
export type NotDelegatedReason = 'app-only' | 'no-caller' | 'not-verified-here'

const notDelegated = {
  'app-only':
    'The caller is an application without a user, so there is nobody to act on behalf of. ' +
    'Call the next API as the application itself, or require a user on this route.',
  'no-caller':
    'No caller was verified for this request, so there is nobody to act on behalf of. ' +
    'Mount a guard such as requireScopes() before the handler.',
  'not-verified-here':
    'This caller was not verified by this guard in this request: its token is not known here. ' +
    'Pass the caller that the guard gave, not a copy, and not one of another instance.',
} satisfies Record<NotDelegatedReason, string>

/**
 * On-behalf-of was asked for without a user's token for this API: 403 when the caller is an
 * application, 500 when the program asks at the wrong place.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
 */
export class NotDelegatedError extends EntraError {
  readonly code = 'ERR_ENTRA_NOT_DELEGATED'
  readonly reason: NotDelegatedReason

  constructor(reason: NotDelegatedReason) {
    super(notDelegated[reason], { status: reason === 'app-only' ? 403 : 500 })
    this.reason = reason
  }
}
