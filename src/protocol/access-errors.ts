import {
  challengeHeaders,
  type BearerChallenge,
  type ChallengeContext,
} from './bearer-challenge.js'
import { claimsChallenge, type ClaimsDemand } from './claims-challenge.js'
import { Refusal } from './entra-error.js'
import { refusalDescriptions, type Explanation, type RefusalReason } from './refusal-reason.js'

/**
 * A request that an API's guard turned away. `status` and `headers` are the answer of RFC 6750
 * section 3; `explanation` is for the developer and stays out of headers, JSON and inspection.
 */
export abstract class AccessRefusal extends Refusal {
  readonly reason: RefusalReason
  readonly #explanation: Explanation

  protected constructor(status: number, explanation: Explanation, challenge: BearerChallenge) {
    super(`${refusalDescriptions[explanation.reason]}.`, {
      status,
      headers: challengeHeaders(challenge),
    })
    this.reason = explanation.reason
    this.#explanation = Object.freeze({ ...explanation })
  }

  /** What was found, what was expected and what to change. Do not send it in production. */
  get explanation(): Explanation {
    return this.#explanation
  }
}

/** No bearer token came with the request: 401 with a bare `Bearer` challenge (RFC 6750 section 3.1). */
export class TokenMissingError extends AccessRefusal {
  readonly code = 'ERR_ENTRA_TOKEN_MISSING'

  constructor(explanation: Explanation, context: ChallengeContext = {}) {
    super(401, explanation, context)
  }
}

/** The Authorization header is malformed or was sent twice: 400 `invalid_request`. */
export class RequestInvalidError extends AccessRefusal {
  readonly code = 'ERR_ENTRA_REQUEST_INVALID'

  constructor(explanation: Explanation, context: ChallengeContext = {}) {
    super(400, explanation, describedAs('invalid_request', explanation, context))
  }
}

/** The token is not one this API accepts: 401 `invalid_token`. Never used for an outage. */
export class TokenInvalidError extends AccessRefusal {
  readonly code = 'ERR_ENTRA_TOKEN_INVALID'

  constructor(explanation: Explanation, context: ChallengeContext = {}) {
    super(401, explanation, describedAs('invalid_token', explanation, context))
  }
}

/** What the challenge of a 403 says: the scopes that the route asks for, as configured. */
export interface DeniedContext extends ChallengeContext {
  readonly scope: string
}

/** The caller's token lacks a scope the route requires: 403 `insufficient_scope`, with the scopes. */
export class ScopeMissingError extends AccessRefusal {
  readonly code = 'ERR_ENTRA_SCOPE_MISSING'
  /** The scopes the route asks for, as configured. */
  readonly scope: string

  constructor(explanation: Explanation, context: DeniedContext) {
    super(403, explanation, describedAs('insufficient_scope', explanation, context))
    this.scope = context.scope
  }
}

/**
 * The caller is known and refused for something other than a scope: its kind, a role, a group,
 * its client, its tenant, or the app's own check. `reason` tells which; 403 `insufficient_scope`.
 */
export class AccessDeniedError extends AccessRefusal {
  readonly code = 'ERR_ENTRA_ACCESS_DENIED'

  constructor(explanation: Explanation, context: DeniedContext) {
    super(403, explanation, describedAs('insufficient_scope', explanation, context))
  }
}

/**
 * The user must meet a further requirement (an authentication context) before this route: 401
 * `insufficient_claims` with the `claims` to send to the authorize endpoint. Only for clients that
 * declared the `cp1` capability.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
export class ClaimsRequiredError extends AccessRefusal {
  readonly code = 'ERR_ENTRA_CLAIMS_REQUIRED'
  /** The claims request, as JSON. */
  readonly claims: string

  constructor(explanation: Explanation, demand: ClaimsDemand) {
    super(401, explanation, claimsChallenge(demand))
    this.claims = demand.claims
  }
}

function describedAs(
  error: NonNullable<BearerChallenge['error']>,
  explanation: Explanation,
  context: BearerChallenge,
): BearerChallenge {
  return { ...context, error, description: refusalDescriptions[explanation.reason] }
}
