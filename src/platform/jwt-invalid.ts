import type { Explanation } from '../protocol/refusal-reason.js'

/** The reasons for which a token of the platform is not valid, whoever it is meant for. */
export type JwtInvalidReason =
  | 'too-large'
  | 'not-a-jwt'
  | 'algorithm'
  | 'header-unsupported'
  | 'token-type'
  | 'key-id'
  | 'claims-malformed'
  | 'version'
  | 'issuer'
  | 'tenant'
  | 'key-unknown'
  | 'key-issuer'
  | 'signature'
  | 'expired'
  | 'not-yet-valid'

export interface JwtExplanation extends Explanation {
  readonly reason: JwtInvalidReason
}

/**
 * A token is not valid. The rooms above turn it into their own answer: an API into a challenge,
 * sign-in into a failed callback. It has no stack trace, because floods of bad tokens make many.
 */
export class JwtInvalid extends Error {
  readonly reason: JwtInvalidReason
  readonly #explanation: JwtExplanation

  constructor(explanation: JwtExplanation) {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    super(`The token is not valid: ${explanation.reason}.`)
    Error.stackTraceLimit = limit
    this.reason = explanation.reason
    this.#explanation = Object.freeze({ ...explanation })
  }

  override get name(): string {
    return 'JwtInvalid'
  }

  /** For developers; `found` may hold shortened claim values. */
  get explanation(): JwtExplanation {
    return this.#explanation
  }
}
