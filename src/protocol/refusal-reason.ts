/**
 * Why a request was refused, with the `error_description` that the challenge carries. The texts
 * are fixed: nothing of the request is ever echoed, and every character is one RFC 6750 section 3
 * allows in a quoted value.
 */
export const refusalDescriptions = Object.freeze({
  'no-token': 'The request carries no bearer token',
  'other-scheme': 'The request carries no bearer token',
  'duplicate-header': 'The request carries more than one Authorization header',
  'header-syntax': 'The Authorization header is not a well-formed bearer token',

  'too-large': 'The access token is too large',
  'not-a-jwt': 'The access token is not a well-formed JSON Web Token',
  algorithm: 'The access token is not signed with an accepted algorithm',
  'header-unsupported': 'The access token has a header parameter that is not accepted',
  'token-type': 'The token is not an access token',
  'key-id': 'The access token does not name its signing key',
  'claims-malformed': 'The access token lacks a claim or has one of the wrong type',
  version: 'The access token is of an unknown version',
  issuer: 'The access token was issued by another authority',
  tenant: 'The access token does not name its tenant as its issuer does',
  'tenant-not-allowed': 'The access token was issued in a tenant that is not accepted',
  audience: 'The access token was issued for another API',
  'key-unknown': 'The access token is signed with an unknown key',
  'key-issuer': 'The access token is signed with a key of another issuer',
  signature: 'The signature of the access token is not valid',
  expired: 'The access token has expired',
  'not-yet-valid': 'The access token is not valid yet',
  'id-token': 'The token is an ID token, not an access token',
  'bound-token': 'The access token is bound to a key that was not proven',
  'kind-unclear': 'The access token is neither a user token nor an app-only token',
  'no-permissions': 'The access token carries neither scopes nor roles',

  'user-refused': 'This resource does not accept calls on behalf of a user',
  'app-refused': 'This resource accepts calls on behalf of a user only',
  'scope-missing': 'The access token lacks a required scope',
  'user-role-missing': 'The user lacks a required role',
  'app-role-missing': 'The app lacks a required role',
  'group-missing': 'The user is not a member of a required group',
  'groups-unresolved': 'The group memberships of the user could not be determined',
  'guest-refused': 'This resource does not accept guests',
  'client-refused': 'This resource does not accept this client',
  'auth-context-missing': 'The user must sign in again to meet a further requirement',
  'check-refused': 'The request was refused',
} satisfies Record<string, string>)

export type RefusalReason = keyof typeof refusalDescriptions

/** Says to a developer, never to the sender of a request, what went wrong and how to mend it. */
export interface Explanation {
  readonly reason: RefusalReason
  /** What the request or its token held; claim values are shortened and made printable. */
  readonly found: string
  readonly expected: string
  /** What to change, and where. */
  readonly cure: string
}

/** A claim's value for an explanation: printable ASCII, at most 120 characters, quoted. */
export function shown(value: unknown): string {
  if (typeof value === 'string') {
    const printable = value.slice(0, 120).replaceAll(/[^\x20-\x7e]|["\\]/g, '?')
    return value.length > 120 ? `"${printable}…"` : `"${printable}"`
  }
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return Array.isArray(value) ? 'an array' : 'an object'
}
