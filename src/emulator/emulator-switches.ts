/** What an administrator decides about sessions and sign-ins. */
export interface ConditionalAccess {
  /**
   * Ends the user's sessions, as a new password or a disabled account does: no browser is signed in
   * any more, codes and refresh tokens are AADSTS50173, and Microsoft Graph answers earlier access
   * tokens of clients that declared `cp1` with a claims challenge. The user's sessions as a guest of
   * other tenants end as well. A service principal's id works, too.
   */
  revokeSessions(objectId: string): void
  /**
   * Tokens for the API take multifactor authentication, which a sign-in at the browser proves for
   * its session. Before that every other grant is refused, with claims to sign in with.
   */
  requireMfa(policy: MfaPolicy): void
  /**
   * Microsoft Graph asks users for an authentication context such as `c1`; clients that declared
   * `cp1` get a claims challenge, others 403.
   */
  requireContext(context: string): void
  /**
   * Sign-in frequency: a token for the API, also on behalf of, is AADSTS70043 once the sign-in is
   * older, and single sign-on asks again.
   */
  limitSession(policy: SessionPolicy): void
  /**
   * Nobody, or the user named, gets tokens for the API: AADSTS53003 with `capolids` from the token
   * endpoint, a page at the browser.
   */
  block(policy: BlockPolicy): void
  /** Takes back what is required; sessions that were ended stay ended. */
  clear(): void
}

/** Asked for with tokens for an API, or with an authentication context such as `c1`. */
export type MfaPolicy = ({ resource: string } | { context: string }) & {
  /** 50076, the default: the user must use it; 50079: the user must register for it first. */
  code?: 50076 | 50079
}

export interface SessionPolicy {
  /** Application id of the API. */
  resource: string
  /** How old a sign-in may be. */
  seconds: number
}

export interface BlockPolicy {
  /** Application id of the API. */
  resource: string
  /** Object id of the user; everybody when left out. */
  user?: string
}

/** All in seconds. What is left out keeps the platform's own lifetime. */
export interface LifetimeChoice {
  /** A random 60 to 90 minutes for users, an hour for applications. */
  accessToken?: number
  /** A minute. */
  code?: number
  /** Without use: 90 days. */
  refreshToken?: number
  /**
   * Tokens for Microsoft Graph of clients that declared `cp1` live this long, about a day at
   * Microsoft, and `refresh_in` is half of it. As other tokens when left out.
   */
  continuousAccess?: number
}

export interface Lifetimes {
  set(choice: LifetimeChoice): void
  clear(): void
}

export interface ThrottleRule {
  /** Application id of the client; every client when left out. */
  client?: string
  /** Seconds for `Retry-After`; 60 when left out. */
  retryAfter?: number
  /** How many requests are throttled; all of them when left out. */
  times?: number
}

/** AADSTS50196: 429 with `Retry-After` for client credentials, `invalid_grant` in a user's name. */
export interface Throttling {
  limit(rule?: ThrottleRule): void
  /** Throttles, as Microsoft does, from the 15th identical token request in five minutes on. */
  detectLoops(): void
  clear(): void
}

export type Endpoint =
  | 'discovery'
  | 'keys'
  | 'authorize'
  | 'token'
  | 'logout'
  | 'graph'
  | 'adminconsent'
  | 'managed-identity'
  | 'other'

export interface Fault {
  endpoint: Exclude<Endpoint, 'other'> | 'any'
  /**
   * slow: answers after `ms`; status: answers `status` (with `retryAfter` seconds and `body`);
   * reset: drops the connection; hang: never answers; garbage: answers 200 with something unreadable.
   */
  kind: 'slow' | 'status' | 'reset' | 'hang' | 'garbage'
  ms?: number
  status?: number
  retryAfter?: number
  body?: string | Record<string, unknown>
  /** How many requests meet the fault; all of them when left out. */
  times?: number
}

export interface Faults {
  set(fault: Fault): void
  clear(): void
}
