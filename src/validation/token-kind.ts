import type { Explanation } from '../protocol/refusal-reason.js'
import { shown } from '../protocol/refusal-reason.js'

type Claims = Readonly<Record<string, unknown>>

/** What a token lets its bearer be. */
export type TokenKind =
  | { readonly kind: 'user'; readonly scopes: readonly string[]; readonly roles: readonly string[] }
  | { readonly kind: 'app'; readonly roles: readonly string[] }
  | { readonly kind: 'refused'; readonly explanation: Explanation }

/**
 * Tells a user's token from an app's. `idtyp` decides where the API has opted in to it; without it
 * a user's token has `scp`, and an app's has none and names its service principal as subject.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function tokenKindOf(claims: Claims): TokenKind {
  const { scp, idtyp } = claims
  if (scp !== undefined && typeof scp !== 'string') {
    return refused('claims-malformed', `scp ${shown(scp)}`, 'scp, a string')
  }
  const roles = rolesIn(claims.roles)
  if (scp !== undefined && (idtyp === undefined || idtyp === 'user')) {
    return { kind: 'user', scopes: scopesIn(scp), roles }
  }
  if (scp === undefined && isApp(claims)) return { kind: 'app', roles }
  if (isPlainIdToken(claims)) {
    return refused('id-token', 'a token without scp, idtyp, azp and appid', 'an access token')
  }
  return refused(
    'kind-unclear',
    `idtyp ${shown(idtyp)}, scp ${scp === undefined ? 'absent' : 'present'}`,
    'a user token (scp) or an app-only token (idtyp "app")',
  )
}

function isApp({ idtyp, oid, sub }: Claims): boolean {
  return idtyp === 'app' || (idtyp === undefined && oid === sub)
}

/**
 * An ID token without a mark of its own, such as one that was asked for without a nonce: it names
 * neither scopes nor a client, and every access token names its client.
 */
function isPlainIdToken({ scp, idtyp, azp, appid }: Claims): boolean {
  return [scp, idtyp, azp, appid].every((claim) => claim === undefined)
}

/** Scopes are separated by single spaces (RFC 6749 section 3.3); nothing else separates them. */
function scopesIn(scp: string): readonly string[] {
  return Object.freeze(scp.split(' ').filter((scope) => scope !== ''))
}

/** Only the members of a list are roles: a lone string, however it reads, grants nothing. */
function rolesIn(roles: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(roles) ? roles : []
  return Object.freeze(list.filter((role) => typeof role === 'string'))
}

/** Whether a token carries any permission at all, readable or not. */
export function carriesPermission({ scp, roles }: Claims): boolean {
  if (scp !== undefined && scp !== '') return true
  return Array.isArray(roles)
    ? roles.length > 0
    : roles !== undefined && roles !== null && roles !== ''
}

/**
 * Why a token is not meant to be shown to an API, or undefined. An ID token's audience can be the
 * API's own when front end and API share a registration, and it can carry roles.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/id-tokens
 */
export function foreignKindFault(claims: Claims): Explanation | undefined {
  const mark = idTokenMarks.find((name) => Object.hasOwn(claims, name))
  if (mark !== undefined) {
    return refused('id-token', `a token with ${mark}`, 'an access token').explanation
  }
  if (Object.hasOwn(claims, 'cnf')) {
    return refused('bound-token', 'a token bound to a key (cnf)', 'a bearer token').explanation
  }
  return undefined
}

const idTokenMarks = ['nonce', 'at_hash', 'c_hash', 'events'] as const

function refused(
  reason: 'claims-malformed' | 'kind-unclear' | 'id-token' | 'bound-token',
  found: string,
  expected: string,
): TokenKind & { readonly kind: 'refused' } {
  return {
    kind: 'refused',
    explanation: { reason, found, expected, cure: cures[reason] },
  }
}

const cures = {
  'claims-malformed': 'Ask for the token at the Microsoft identity platform.',
  'kind-unclear':
    'Add the optional claim idtyp to the access tokens of this API in its app registration.',
  'id-token':
    'Send the access_token of the token response; the id_token is for the client that signed the user in.',
  'bound-token': 'Ask for a plain bearer token: proof of possession is not supported.',
}
