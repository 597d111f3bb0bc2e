import type { Application, ManagedIdentity } from '../directory.js'
import { tenantNotFound } from '../errors/catalogue.js'
import { resourceNotFound } from '../errors/scope-errors.js'
import type { Platform } from '../platform/platform.js'
import { parseScope } from '../scopes/parse-scope.js'
import { planScopes } from '../scopes/scope-plan.js'
import { noClaims } from '../tokens/claims-request.js'
import { issueAccessToken, tokenVersionOf } from '../tokens/issue-token.js'

export interface IdentityToken {
  token: string
  clientId: string
  /** Seconds since the epoch. */
  notBefore: number
  expiresOn: number
}

/** Tokens of managed identities live for a day. */
const lifetime = 86_400

/** A token of the identity itself, as the machine passes it on. */
export async function issueIdentityToken(
  platform: Platform,
  identity: ManagedIdentity,
  resource: string,
): Promise<IdentityToken> {
  const { clientId, principalId, tenantId } = identity
  const api = apiOf(platform, identity, resource)
  const token = await issueAccessToken(platform, {
    ...api,
    version: tokenVersionOf(api.resource),
    tenantId,
    client: clientId,
    proof: 'certificate',
    subject: { servicePrincipal: principalId, roles: rolesOf(platform, identity, api.resource) },
    claimsRequest: noClaims,
    lifetime,
  })
  const now = Math.floor(platform.now() / 1000)
  return { token, clientId, notBefore: now - 300, expiresOn: now + lifetime }
}

interface Api {
  resource: Application
  audience: string
}

function apiOf(platform: Platform, identity: ManagedIdentity, resource: string): Api {
  const tenant = platform.directory.tenants.find(({ id }) => id === identity.tenantId)
  if (tenant === undefined) throw tenantNotFound(identity.tenantId)
  if (/^api:\/\/AzureADTokenExchange(USGov|China)?$/.test(resource)) return tokenExchange(resource)
  const [found] = planScopes(platform, {
    parsed: parseScope(`${resource}/.default`),
    client: registrationOf(identity),
    tenant,
    unknownScopeError: 'invalid_scope',
  }).resources
  if (found === undefined) throw resourceNotFound(resource, tenant.displayName)
  return found
}

/** What a token is for that another application takes as its credential. */
function tokenExchange(resource: string): Api {
  const application: Application = {
    appId: resource,
    displayName: 'Token exchange',
    tenantId: '',
    signInAudience: 'AzureADMultipleOrgs',
    identifierUris: [resource],
    redirectUris: [],
    requestedAccessTokenVersion: 2,
    optionalClaims: { accessToken: ['idtyp'] },
  }
  return { resource: application, audience: resource }
}

/** A managed identity has a service principal alone; here it looks like a client of its own. */
function registrationOf({ clientId, tenantId }: ManagedIdentity): Application {
  return {
    appId: clientId,
    displayName: 'Managed identity',
    tenantId,
    signInAudience: 'AzureADMyOrg',
    identifierUris: [],
    redirectUris: [],
  }
}

function rolesOf(
  { consents }: Platform,
  { tenantId, clientId }: ManagedIdentity,
  { appId }: Application,
): string[] {
  return consents.applicationRoles({ tenant: tenantId, client: clientId, resource: appId })
}
