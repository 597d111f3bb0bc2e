/**
 * The claims of a verified access token, as the platform names them. All but the first six may be
 * absent: the platform sends a claim only when it has a value, and adds new ones without notice.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export interface AccessTokenClaims {
  readonly aud: string
  readonly iss: string
  /** Seconds since the epoch. */
  readonly exp: number
  readonly oid: string
  readonly sub: string
  readonly ver?: '1.0' | '2.0'
  /** Seconds since the epoch; back-dated by the platform, so not the time of sign-in. */
  readonly iat?: number
  readonly nbf?: number
  /** Absent in Azure AD B2C; `Caller.tenantId` is always there. */
  readonly tid?: string
  readonly azp?: string
  readonly appid?: string
  readonly azpacr?: string
  readonly appidacr?: string
  readonly idtyp?: string
  readonly scp?: string
  readonly roles?: readonly string[]
  readonly groups?: readonly string[]
  readonly wids?: readonly string[]
  readonly acrs?: readonly string[]
  readonly xms_cc?: readonly string[]
  readonly acct?: number
  readonly idp?: string
  readonly sid?: string
  readonly uti?: string
  readonly name?: string
  readonly preferred_username?: string
  /** Mutable and often unverified: for display, never for identity or authorization. */
  readonly email?: string
  readonly [claim: string]: unknown
}
