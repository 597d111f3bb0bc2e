import { graphAppId, type Application } from '../directory.js'
import { issuerOf, v1IssuerOf, type Platform } from '../platform/platform.js'
import type { TenantUser } from '../platform/registry.js'
import type { ClaimsRequest } from './claims-request.js'
import { opaqueClaims, pairwiseSubject, tokenId } from './identifiers.js'
import { optionalUserClaims } from './optional-claims.js'
import { roleAndGroupClaims } from './role-and-group-claims.js'
import { homeIssuerOf, preferredUsername } from './user-claims.js'

/** How the client proved who it is: `azpacr` and `appidacr`. */
export type ClientProof = 'public' | 'secret' | 'certificate'

export interface AccessTokenRequest {
  resource: Application
  /** Audience of a v1.0 token; a v2.0 token is always for the client id. */
  audience: string
  version: 1 | 2
  tenantId: string
  client: string
  proof: ClientProof
  subject: UserSubject | ApplicationSubject
  claimsRequest: ClaimsRequest
  /** Seconds. */
  lifetime: number
}

interface UserSubject {
  account: TenantUser
  scopes: string[]
  sessionId: string
  /** Seconds. */
  authTime: number
  /** Authentication contexts satisfied at sign-in. */
  contexts: string[]
}

interface ApplicationSubject {
  servicePrincipal: string
  roles: string[]
}

/**
 * The payload of an access token. The API's registration decides its version; iat and nbf lie five
 * minutes back. https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function accessTokenClaims(
  platform: Platform,
  request: AccessTokenRequest,
): Record<string, unknown> {
  const { version, tenantId, lifetime } = request
  const now = Math.floor(platform.now() / 1000)
  return {
    aud: audienceOf(request),
    iss: version === 2 ? issuerOf(platform, tenantId) : v1IssuerOf(platform, tenantId),
    iat: now - 300,
    nbf: Math.max(now - 300, platform.access.validFrom(objectIdOf(request))),
    exp: now + lifetime,
    ...alphabetical({
      ...opaqueClaims(tenantId, authTimeOf(request)),
      ...clientClaims(request),
      ...subjectClaims(request),
      ...requestedClaims(request),
      tid: tenantId,
      uti: tokenId(),
      ver: version === 2 ? '2.0' : '1.0',
    }),
  }
}

/** Always the id in v2.0; in v1.0 as it was asked for, unless the API has opted in to its id. */
function audienceOf({ version, resource, audience }: AccessTokenRequest): string {
  const isById = version === 2 || optionalClaimsOf(resource).includes('aud(use_guid)')
  return isById ? resource.appId : audience
}

function objectIdOf({ subject }: AccessTokenRequest): string {
  return 'account' in subject ? subject.account.user.id : subject.servicePrincipal
}

function authTimeOf({ subject }: AccessTokenRequest): number | undefined {
  return 'account' in subject ? subject.authTime : undefined
}

function clientClaims({ version, client, proof }: AccessTokenRequest): object {
  const level = { public: '0', secret: '1', certificate: '2' }[proof]
  return version === 2 ? { azp: client, azpacr: level } : { appid: client, appidacr: level }
}

function subjectClaims(request: AccessTokenRequest): object {
  return 'account' in request.subject
    ? userClaims(request, request.subject)
    : applicationClaims(request, request.subject)
}

function applicationClaims(
  { resource }: AccessTokenRequest,
  { servicePrincipal, roles }: ApplicationSubject,
): object {
  const optedIn = optionalClaimsOf(resource).some((name) => /^idtyp\b/.test(name))
  return {
    ...(optedIn && { idtyp: 'app' }),
    oid: servicePrincipal,
    ...(roles.length > 0 && { roles }),
    sub: servicePrincipal,
  }
}

function userClaims(
  request: AccessTokenRequest,
  { account, scopes, sessionId, authTime }: UserSubject,
): object {
  const { resource, version } = request
  const names = optionalClaimsOf(resource)
  const idp = homeIssuerOf(account)
  return {
    ...(version === 1 ? v1UserClaims(account) : v2UserClaims(account)),
    ...optionalUserClaims(names, { account, authTime }),
    ...(idp !== undefined && { idp }),
    ...(names.includes('idtyp(include_user_token)') && { idtyp: 'user' }),
    name: account.user.displayName,
    oid: account.user.id,
    ...roleAndGroupClaims(resource, account, { optional: names }),
    scp: scopes.join(' '),
    sid: sessionId,
    sub: pairwiseSubject(resource.appId, account),
  }
}

function v2UserClaims(account: TenantUser): object {
  return { preferred_username: preferredUsername(account) }
}

function v1UserClaims(account: TenantUser): object {
  const { user } = account
  const isGuest = homeIssuerOf(account) !== undefined
  return {
    acr: '1',
    amr: ['pwd', 'mfa'],
    family_name: user.surname,
    given_name: user.givenName,
    ipaddr: '203.0.113.7',
    unique_name: preferredUsername(account),
    ...(isGuest ? { email: user.mail } : { upn: user.userPrincipalName }),
  }
}

/** Capabilities are repeated by an API that opted in, and only when the client has sent them. */
function requestedClaims(request: AccessTokenRequest): object {
  const { resource, claimsRequest } = request
  const { capabilities } = claimsRequest
  const optedIn = optionalClaimsOf(resource).includes('xms_cc') || resource.appId === graphAppId
  const contexts = contextsFor(request)
  return {
    ...(capabilities.length > 0 && optedIn && { xms_cc: capabilities }),
    ...(contexts.length > 0 && { acrs: contexts }),
  }
}

/** What was asked for now, and what the sign-in has brought where the API opted in to that. */
function contextsFor({ resource, claimsRequest, subject }: AccessTokenRequest): string[] {
  if (!('account' in subject)) return []
  const optedIn = optionalClaimsOf(resource).includes('acrs')
  return [...new Set([...claimsRequest.contexts, ...(optedIn ? subject.contexts : [])])]
}

function optionalClaimsOf({ optionalClaims }: Application): string[] {
  return optionalClaims?.accessToken ?? []
}

function alphabetical(claims: object): object {
  const entries = Object.entries(claims).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)))
}
