import type { Application } from '../directory.js'
import { issuerOf, type Platform } from '../platform/platform.js'
import type { TenantUser } from '../platform/registry.js'
import { isPersonal } from '../platform/tenant-segment.js'
import type { OpenidScope } from '../scopes/parse-scope.js'
import { opaqueClaims, pairwiseSubject, tokenId } from './identifiers.js'
import { optionalUserClaims } from './optional-claims.js'
import { homeIssuerOf, preferredUsername } from './user-claims.js'

export interface IdTokenRequest {
  client: Application
  account: TenantUser
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
  const { client, account, nonce, sessionId } = request
  const { tenant, user } = account
  const now = Math.floor(platform.now() / 1000)
  const roles = user.appRoles?.[client.appId] ?? []
  return {
    aud: client.appId,
    iss: issuerOf(platform, tenant.id),
    iat: now - 300,
    nbf: now - 300,
    exp: now + lifetimeOf(account),
    ...guestClaims(account),
    ...emailClaim(request),
    ...profileClaims(request),
    ...optionalClaims(request),
    ...(nonce !== undefined && { nonce }),
    ...(roles.length > 0 && { roles }),
    ...organizationClaims(account, sessionId),
    sub: pairwiseSubject(client.appId, account),
    tid: tenant.id,
    ver: '2.0',
  }
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

function profileClaims({ account, openid }: IdTokenRequest): object {
  if (!openid.includes('profile')) return {}
  const { user } = account
  return { name: user.displayName, oid: user.id, preferred_username: preferredUsername(account) }
}

function optionalClaims({ client, account, authTime }: IdTokenRequest): object {
  return optionalUserClaims(client.optionalClaims?.idToken ?? [], { account, authTime })
}

/** What only Entra's own tokens have; those of personal accounts are shorter. */
function organizationClaims({ tenant }: TenantUser, sessionId: string): object {
  if (isPersonal(tenant.id)) return {}
  return { ...opaqueClaims(tenant.id), sid: sessionId, uti: tokenId() }
}
