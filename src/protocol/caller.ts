import type { AccessTokenClaims } from './access-token-claims.js'

interface CallerIdentity {
  /** The tenant that issued the token, as a GUID in lower case. */
  readonly tenantId: string
  /** The user's or the service principal's object id; unique together with `tenantId`. */
  readonly objectId: string
  /** `sub`: for a user, an id that only this API sees. */
  readonly subject: string
  /** The client that called: `azp`, or `appid` in a v1.0 token. */
  readonly clientId: string
  /** All claims of the verified token; not enumerable, so that logging a caller does not print them. */
  readonly claims: AccessTokenClaims
}

/** A user, through a client that was granted `scopes`. Key users by `tenantId` and `objectId`. */
export interface UserCaller extends CallerIdentity {
  readonly kind: 'user'
  readonly scopes: readonly string[]
  /** The user's app roles: not the same thing as an app's permissions. */
  readonly roles: readonly string[]
  readonly name?: string
  /** For display: it may change and be given to someone else. */
  readonly username?: string
  /** For display: it may be absent, unverified, or changed by another tenant's administrator. */
  readonly email?: string
}

/** An app acting as itself, with the application permissions it was granted as `roles`. */
export interface AppCaller extends CallerIdentity {
  readonly kind: 'app'
  readonly roles: readonly string[]
}

/** Who called this API, from a verified access token. Frozen, and holds no token. */
export type Caller = UserCaller | AppCaller

const verifiedCallers = new WeakSet()

/** Whether a value is a caller that a token was verified for, and not one made by hand. */
export function isCaller(value: object): value is Caller {
  return verifiedCallers.has(value)
}

/** Freezes a caller and hides its claims from enumeration, JSON and inspection. */
export function frozenCaller<Kind extends Caller>(caller: Kind): Kind {
  const frozen = Object.freeze(
    Object.defineProperty({ ...caller }, 'claims', { enumerable: false }),
  )
  verifiedCallers.add(frozen)
  return frozen
}
