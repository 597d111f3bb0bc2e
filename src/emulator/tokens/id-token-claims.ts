import { createHash } from 'node:crypto'
import type { Application } from '../directory.js'
import { issuerOf, v1IssuerOf, type Platform } from '../platform/platform.js'
import type { TenantUser } from '../platform/registry.js'
import { isPersonal } from '../platform/tenant-segment.js'
import type { OpenidScope } from '../scopes/parse-scope.js'
import { opaqueClaims, pairwiseSubject, tokenId } from './identifiers.js'
import { optionalUserClaims } from './optional-claims.js'
import { roleAndGroupClaims } from './role-and-group-claims.js'
import { homeIssuerOf, preferredUsername } from './user-claims.js'

export interface IdTokenRequest {
  client: Application
  account: TenantUser
  /** Version of the endpoint that was asked. */
  version: 1 | 2
  /** Authentication contexts that were satisfied. */
  contexts: readonly string[]
  /** What came with it from `/authorize`, by its hash; nothing from `/token`. */
  beside?: { code?: string | undefined; accessToken?: string | undefined }
  openid: readonly OpenidScope[]
  nonce: string | undefined
  sessionId: string
  /** Seconds. */
  authTime: number
}

/** https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference */
export function idTokenClaims(
  platform: Platform,
  request: IdTokenRequest,
): Record<string, unknown> {
  const { client, account, version, nonce, sessionId } = request
  const { tenant } = account
  const now = Math.floor(platform.now() / 1000)
  return {
    aud: client.appId,
    iss: version === 2 ? issuerOf(platform, tenant.id) : v1IssuerOf(platform, tenant.id),
    iat: now - 300,
    nbf: now - 300,
    exp: now + lifetimeOf(account),
    ...guestClaims(account),
    ...emailClaim(request),
    ...profileClaims(request),
    ...optionalClaims(request),
    ...(nonce !== undefined && { nonce }),
    ...hashes(request),
    ...roleAndGroupClaims(client, account, {
      optional: client.optionalClaims?.idToken ?? [],
      isFromAuthorize: request.beside !== undefined,
    }),
    ...contextClaim(request),
    ...organizationClaims(account, sessionId),
    sub: pairwiseSubject(client.appId, account),
    tid: tenant.id,
    ver: version === 2 ? '2.0' : '1.0',
  }
}

/** Of what stands beside it; ID tokens of the token endpoint have none. */
function hashes({ beside = {} }: IdTokenRequest): object {
  const { code, accessToken } = beside
  return {
    ...(code !== undefined && { c_hash: halfHash(code) }),
    ...(accessToken !== undefined && { at_hash: halfHash(accessToken) }),
  }
}

/** OpenID Connect Core 1.0 section 3.3.2.11. */
function halfHash(value: string): string {
  return createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url')
}

/** Contexts are said to clients that opted in to `acrs`. */
function contextClaim({ client, contexts }: IdTokenRequest): object {
  const optedIn = client.optionalClaims?.idToken?.includes('acrs') === true
  return optedIn && contexts.length > 0 ? { acrs: [...new Set(contexts)] } : {}
}

/** An hour; a day for personal accounts. */
function lifetimeOf({ tenant }: TenantUser): number {
  return isPersonal(tenant.id) ? 86_400 : 3_600
}

function guestClaims(account: TenantUser): object {
  const idp = homeIssuerOf(account)
  return idp === undefined ? {} : { acct: 1, idp }
}

/** Guests' tokens have it by default, others' by scope or optional claim, and only with a value. */
function emailClaim({ account, openid }: IdTokenRequest): object {
  const wanted = openid.includes('email') || homeIssuerOf(account) !== undefined
  return wanted && account.user.mail !== undefined ? { email: account.user.mail } : {}
}

function profileClaims({ account, openid, version }: IdTokenRequest): object {
  if (!openid.includes('profile')) return {}
  const { user } = account
  const named = { name: user.displayName, oid: user.id }
  if (version === 2) return { ...named, preferred_username: preferredUsername(account) }
  return {
    ...named,
    amr: ['pwd', 'mfa'],
    family_name: user.surname,
    given_name: user.givenName,
    unique_name: preferredUsername(account),
    ...(homeIssuerOf(account) === undefined && { upn: user.userPrincipalName }),
  }
}

function optionalClaims({ client, account, authTime }: IdTokenRequest): object {
  return optionalUserClaims(client.optionalClaims?.idToken ?? [], { account, authTime })
}

/** What only Entra's own tokens have; those of personal accounts are shorter. */
function organizationClaims({ tenant }: TenantUser, sessionId: string): object {
  if (isPersonal(tenant.id)) return {}
  return { ...opaqueClaims(tenant.id), sid: sessionId, uti: tokenId() }
}
