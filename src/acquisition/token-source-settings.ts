import type { Clock } from '../platform/clock.js'
import type { Sleep } from '../platform/sleep.js'
import type { ClaimsChallenge } from '../protocol/claims-challenge.js'
import type { AccessToken } from './access-token.js'
import type { DownstreamApis } from './downstream-api.js'

/** One scope, several separated by spaces, or a list. A scope without a resource means Graph. */
export type Scopes = string | readonly string[]

/** What one call asks for. */
export interface TokenQuestion {
  readonly scopes: Scopes | undefined
  /** Permissions that a `.default` token has to hold. */
  readonly needs?: Scopes | undefined
  readonly demand?: Demand | undefined
  /** What the one who asks can do although the app has not declared it, such as `cp1`. */
  readonly capability?: string | undefined
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
  /** Whether tokens stand for a user: only then Graph has a `/me`. */
  readonly delegated: boolean
  /** GUID or domain of the tenant that tokens are from; undefined when that is not known here. */
  readonly tenant: string | undefined
  readonly calls: OutgoingCalls
}

/** How this app calls other APIs, whoever the tokens are for. */
export interface OutgoingCalls {
  readonly graph: GraphAddress
  readonly apis: DownstreamApis
  readonly fetch: typeof fetch
  readonly clock: Clock
  readonly sleep: Sleep
  /** What this app has declared it can do, such as `cp1`. */
  readonly clientCapabilities: readonly string[]
  /** The GUID of a tenant that is known by a domain. */
  readonly tenantIdOf: (domain: string) => Promise<string>
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
