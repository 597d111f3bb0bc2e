import { frozen } from './frozen.js'

/** Claims of a validated ID token, as the platform sent them. */
export type IdTokenClaims = Readonly<Record<string, unknown>>

/**
 * What an application knows of a user beyond what Entra says. Name its members for TypeScript with
 * `declare module 'entrada' { interface AccountDetails { department?: string } }`.
 */
export interface AccountDetails {
  readonly [name: string]: unknown
}

/**
 * The signed-in user. Who it is, is `tenantId` and `objectId` together, and nothing else: names
 * and addresses can be changed by the user's organization and are for display only.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/claims-validation
 */
export interface Account {
  /** GUID of the tenant the user signed in to (`tid`). */
  readonly tenantId: string
  /** GUID of the user in that tenant (`oid`); a guest is another object in each tenant. */
  readonly objectId: string
  /** The user for this application only (`sub`). */
  readonly subject: string
  /** `{object id}.{tenant id}` in the user's home tenant, where the platform told it. */
  readonly homeAccountId: string | undefined
  /** Display name. */
  readonly name: string | undefined
  /** What the user types to sign in; for display only. */
  readonly username: string | undefined
  /** An address nobody may have verified; never identify or authorize by it. */
  readonly email: string | undefined
  /** The sign-in session at the platform (`sid`), for front-channel sign-out. */
  readonly sessionId: string | undefined
  /** What spares the user the account picker at sign-out and renewed sign-in (`login_hint`). */
  readonly loginHint: string | undefined
  /**
   * What the ID token says about the user. What it says about itself (`iss`, `aud`, `exp`, `nonce`
   * and the like) was checked and is left out; in cookie sessions there are only claims that have
   * a field here, `auth_time` and `acrs`.
   */
  readonly claims: IdTokenClaims
  /** What the application's own `afterSignIn` has answered; empty when that was nothing. */
  readonly details: AccountDetails
}

/** What an ID token's response tells beside the token itself. */
export interface AccountContext {
  /** Of `client_info`, which accompanies the ID token. */
  readonly homeAccountId?: string | undefined
  /** The session at the platform, for when the claims do not name it. */
  readonly sessionId?: string | undefined
  /** What the application knows of the user. */
  readonly details?: AccountDetails | undefined
}

/**
 * Reads the account from the claims of a validated ID token. Undefined when the token does not
 * say who the user is: `tid`, `oid` and `sub` are needed, everything else may be missing.
 */
export function accountOf(
  claims: IdTokenClaims,
  context: AccountContext = {},
): Account | undefined {
  const tenantId = textOf(claims['tid'])
  const objectId = textOf(claims['oid'])
  const subject = textOf(claims['sub'])
  if (tenantId === undefined || objectId === undefined || subject === undefined) return undefined
  return Object.freeze({
    tenantId: tenantId.toLowerCase(),
    objectId: objectId.toLowerCase(),
    subject,
    homeAccountId: context.homeAccountId,
    name: textOf(claims['name']),
    username: textOf(claims['preferred_username']),
    email: textOf(claims['email']),
    sessionId: textOf(claims['sid']) ?? textOf(context.sessionId),
    loginHint: textOf(claims['login_hint']),
    claims: frozen(claims),
    details: frozen(context.details ?? {}),
  })
}

/** The same user: same tenant and same object in it. */
export function isSameAccount(
  one: Pick<Account, 'tenantId' | 'objectId'>,
  other: Pick<Account, 'tenantId' | 'objectId'>,
): boolean {
  return one.tenantId === other.tenantId && one.objectId === other.objectId
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

const aboutTheToken = new Set([
  ...['iss', 'aud', 'iat', 'nbf', 'exp', 'nonce', 'at_hash', 'c_hash', 'ver'],
  // For the platform's own use: applications are told to ignore them.
  ...['aio', 'rh'],
])

/** Without what an ID token says about itself: that was checked, and nobody asks again. */
export function claimsAboutUser(claims: IdTokenClaims): IdTokenClaims {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !aboutTheToken.has(name)))
}

/** @param clientInfo `client_info` of a token response: base64url JSON with `uid` and `utid`. */
export function homeAccountIdOf(clientInfo: string | undefined): string | undefined {
  if (clientInfo === undefined) return undefined
  try {
    const text = atob(clientInfo.replaceAll('-', '+').replaceAll('_', '/'))
    const { uid, utid } = JSON.parse(text) as Record<string, unknown>
    return typeof uid === 'string' && typeof utid === 'string' ? `${uid}.${utid}` : undefined
  } catch {
    return undefined
  }
}
