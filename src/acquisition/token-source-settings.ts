import type { ClaimsChallenge } from '../protocol/claims-challenge.js'
import type { AccessToken } from './access-token.js'

/** One scope, several separated by spaces, or a list. A scope without a resource means Graph. */
export type Scopes = string | readonly string[]

/** What one call asks for. */
export interface TokenQuestion {
  readonly scopes: Scopes | undefined
  /** Permissions that a `.default` token has to hold. */
  readonly needs?: Scopes | undefined
  readonly demand?: Demand | undefined
}

/** What an API wants in place of a token that it refused although it is still valid. */
export interface Demand {
  readonly refused: AccessToken
  /** Claims request, as JSON. */
  readonly claims: string
}

export interface TokenSourceSettings {
  /** With a demand: drops the token that was refused, and gives another one that has the claims. */
  readonly acquire: (question: TokenQuestion) => Promise<AccessToken>
  /**
   * The error for a challenge that no token answers, so that somebody has to act; undefined where
   * there is nobody.
   */
  readonly unanswered: (question: TokenQuestion, challenge: ClaimsChallenge) => Error | undefined
  readonly graph: GraphAddress
  readonly fetch: typeof fetch
  /** Whether tokens stand for a user: only then Graph has a `/me`. */
  readonly delegated: boolean
  /** GUID under which requests are found in logs; a new one for each when left out. */
  readonly correlationId?: string | undefined
}

export interface GraphAddress {
  /** Prefix of Graph's scopes. */
  readonly resource: string
  /** Origin that Graph is called at. */
  readonly endpoint: string
  readonly hosts: readonly string[]
}
