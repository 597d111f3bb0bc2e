import { randomUUID } from 'node:crypto'
import { consentedScopes } from '../consent/consented-scopes.js'
import type { Application } from '../directory.js'
import type { MintRequest, IdTokenMint } from '../emulator.js'
import type { SigningKey } from '../keys/signing-key.js'
import type { Platform } from '../platform/platform.js'
import type { TenantUser } from '../platform/registry.js'
import { accessTokenClaims, type AccessTokenRequest } from './access-token-claims.js'
import { noClaims } from './claims-request.js'
import { idTokenClaims } from './id-token-claims.js'
import { keyFor, signAccessToken, tokenHeader, tokenVersionOf } from './issue-token.js'
import { signJwt } from './sign-jwt.js'

/** An access token without a grant: as the platform would issue it, or as a test wants it. */
export async function mintAccessToken(platform: Platform, request: MintRequest): Promise<string> {
  const resource = requireApplication(platform, request.resource)
  const version = request.version ?? tokenVersionOf(resource)
  const issue = issueRequest(platform, request, { resource, version })
  const payload = { ...accessTokenClaims(platform, issue), ...request.claims }
  const key = keyOf(platform, request, issue.tenantId)
  return signAccessToken({ resource, version, payload, key, header: request.header ?? {} })
}

/** An ID token without a sign-in. */
export async function mintIdToken(platform: Platform, request: IdTokenMint): Promise<string> {
  const { version = 2, nonce, claims, header, expiresIn } = request
  const client = requireApplication(platform, request.client)
  const found = requireUser(platform, request.user)
  const tenant = platform.directory.tenants.find(({ id }) => id === request.tenant) ?? found.tenant
  const authTime = Math.floor(platform.now() / 1000)
  const key = keyOf(platform, request, tenant.id)
  const payload = {
    ...idTokenClaims(platform, {
      client,
      account: { ...found, tenant },
      version,
      contexts: [],
      openid: ['openid', 'profile', 'email'],
      nonce,
      sessionId: randomUUID(),
      authTime,
    }),
    ...(expiresIn !== undefined && { exp: authTime + expiresIn }),
    ...claims,
  }
  return signJwt({ ...tokenHeader(version, key), ...header }, payload, key)
}

function keyOf(
  platform: Platform,
  { key }: Pick<MintRequest, 'key'>,
  tenantId: string,
): SigningKey {
  return key === undefined ? keyFor(platform, tenantId) : platform.keys.find(key)
}

interface MintTarget {
  resource: Application
  version: 1 | 2
}

function issueRequest(
  platform: Platform,
  request: MintRequest,
  { resource, version }: MintTarget,
): AccessTokenRequest {
  const account = request.user === undefined ? undefined : requireUser(platform, request.user)
  const client = clientOf(platform, request, resource)
  const tenantId = request.tenant ?? account?.tenant.id ?? client.tenantId
  return {
    resource,
    version,
    audience: resource.identifierUris[0] ?? resource.appId,
    tenantId,
    client: client.appId,
    proof:
      account === undefined && (client.certificates ?? []).length > 0 ? 'certificate' : 'secret',
    subject:
      account === undefined
        ? applicationSubject(platform, request, { resource, client, tenantId })
        : {
            account: withRoles(account, resource, request.roles),
            scopes: request.scopes ?? heldScopes(platform, { account, client, resource, tenantId }),
            sessionId: randomUUID(),
            authTime: Math.floor(platform.now() / 1000),
            contexts: [],
          },
    claimsRequest: noClaims,
    lifetime: request.expiresIn ?? 3_600,
  }
}

interface MintParties {
  resource: Application
  client: Application
  tenantId: string
}

function applicationSubject(
  { registry, consents }: Platform,
  { roles }: MintRequest,
  { resource, client, tenantId }: MintParties,
): AccessTokenRequest['subject'] {
  return {
    servicePrincipal: registry.servicePrincipal(client, tenantId) ?? randomUUID(),
    roles:
      roles ??
      consents.applicationRoles({
        tenant: tenantId,
        client: client.appId,
        resource: resource.appId,
      }),
  }
}

/** What was consented to, or else the API's first permission. */
function heldScopes(
  platform: Platform,
  { account, client, resource, tenantId }: MintParties & { account: TenantUser },
): string[] {
  const held = consentedScopes(platform, { tenantId, client, userId: account.user.id }, resource)
  const [first] = resource.scopes ?? []
  return held.length > 0 || first === undefined ? held : [first.value]
}

function withRoles(account: TenantUser, resource: Application, roles?: string[]): TenantUser {
  if (roles === undefined) return account
  return { ...account, user: { ...account.user, appRoles: { [resource.appId]: roles } } }
}

/** Left out, it is a client that is not the API: one with redirect URIs for users, else one without. */
function clientOf(
  platform: Platform,
  { client, user }: MintRequest,
  resource: Application,
): Application {
  if (client !== undefined) return requireApplication(platform, client)
  const found = platform.directory.applications.find(
    (one) =>
      one.appId !== resource.appId &&
      (one.secrets ?? []).length > 0 &&
      (user === undefined
        ? one.redirectUris.length === 0 && one.identifierUris.length === 0
        : one.redirectUris.length > 0),
  )
  return found ?? resource
}

export function requireApplication({ registry }: Platform, appId: string): Application {
  const application = registry.application(appId)
  if (application === undefined) {
    throw new Error(`The directory has no application with the id '${appId}'.`)
  }
  return application
}

export function requireUser({ registry }: Platform, id: string): TenantUser {
  const account = registry.user(id)
  if (account === undefined) throw new Error(`The directory has no user with the id '${id}'.`)
  return account
}
