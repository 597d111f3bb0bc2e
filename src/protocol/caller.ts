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

/** The verified access token of a caller, for the on-behalf-of grant. */
export interface Assertion {
  readonly token: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** How a caller came to be one. */
export interface CallerOrigin {
  readonly assertion: Assertion
  /** Stands for the API that verified the token. */
  readonly api: CallerApi
}

export interface CallerApi {
  /** Reads once more what a token says that was verified here. */
  readonly claimsIn: (token: string) => AccessTokenClaims
}

/**
 * Keeps the claims from enumeration, JSON and inspection, and the token from everybody: a private
 * field is in no copy of the caller, and costs less than an entry in a map beside it.
 */
class VerifiedCaller {
  #claims: AccessTokenClaims | undefined
  readonly #origin: CallerOrigin | undefined

  constructor({ claims, ...visible }: Caller, origin: CallerOrigin | undefined) {
    this.#claims = claims
    this.#origin = origin
    Object.freeze(Object.assign(this, visible))
  }

  get claims(): AccessTokenClaims | undefined {
    this.#claims ??= this.#origin?.api.claimsIn(this.#origin.assertion.token)
    return this.#claims
  }

  static isOne(value: object): value is VerifiedCaller {
    return #origin in value
  }

  static originOf(value: object): CallerOrigin | undefined {
    return #origin in value ? value.#origin : undefined
  }

  static forgetClaims(value: object): void {
    if (#origin in value && value.#origin !== undefined) value.#claims = undefined
  }
}

/** Whether a value is a caller that a token was verified for, and not one made by hand. */
export function isCaller(value: object): value is Caller {
  return VerifiedCaller.isOne(value)
}

/** Freezes a caller and hides its claims. */
export function frozenCaller<Kind extends Caller>(caller: Kind, origin?: CallerOrigin): Kind {
  return new VerifiedCaller(caller, origin) as unknown as Kind // its fields, and claims by the getter
}

/** The token a caller was verified from; undefined for an object that no guard made. */
export function assertionOf(caller: Caller): Assertion | undefined {
  return VerifiedCaller.originOf(caller)?.assertion
}

/** Whether a value is a caller whose token was verified by this very API. */
export function isCallerOf(api: object, value: object): value is Caller {
  return VerifiedCaller.originOf(value)?.api === api
}

/**
 * Lets go of the claims, which are most of what a remembered caller takes: whoever asks for them
 * afterwards has them read from the token once more.
 */
export function forgetClaims(caller: Caller): void {
  VerifiedCaller.forgetClaims(caller)
}
