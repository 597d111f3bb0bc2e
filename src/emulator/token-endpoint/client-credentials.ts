import {
  applicationNotFound,
  clientNotAssigned,
  credentialMissing,
  fieldMissing,
} from '../errors/catalogue.js'
import { defaultScopeRequired } from '../errors/scope-errors.js'
import { requireConcreteTenant } from '../platform/tenant-segment.js'
import { defaultScope, parseScope } from '../scopes/parse-scope.js'
import { planScopes, type ResourceRequest } from '../scopes/scope-plan.js'
import { issueAccessToken, tokenVersionOf } from '../tokens/issue-token.js'
import type { GrantContext, TokenAnswer } from './grant-context.js'
import { lifetimeFor } from './token-lifetime.js'

/**
 * The client acts as itself: every application permission an administrator has granted, none at all
 * being no obstacle. https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export async function clientCredentials(context: GrantContext): Promise<TokenAnswer> {
  const { platform, client, proof, claimsRequest } = context
  const tenant = requireConcreteTenant(context.segment, 'client_credentials')
  if (proof === 'public') throw credentialMissing()
  const request = requestedResource(context)
  const servicePrincipal = platform.registry.servicePrincipal(client, tenant.id)
  if (servicePrincipal === undefined) throw applicationNotFound(client.appId, tenant.displayName)
  const { resource } = request
  const roles = platform.consents.applicationRoles({
    tenant: tenant.id,
    client: client.appId,
    resource: resource.appId,
  })
  if (resource.appRoleAssignmentRequired === true && roles.length === 0) {
    throw clientNotAssigned(client.appId, resource.appId)
  }
  const { lifetime, refreshIn } = lifetimeFor(context, resource, 3_600)
  const accessToken = await issueAccessToken(platform, {
    resource,
    audience: request.audience,
    version: tokenVersionOf(resource),
    tenantId: tenant.id,
    client: client.appId,
    proof,
    subject: { servicePrincipal, roles },
    claimsRequest,
    lifetime,
  })
  return {
    token_type: 'Bearer',
    expires_in: lifetime - 1,
    ext_expires_in: lifetime - 1,
    ...refreshIn,
    access_token: accessToken,
  }
}

/** Exactly one `{resource}/.default` (AADSTS1002012). */
function requestedResource(context: GrantContext): ResourceRequest {
  const { platform, client, parameters } = context
  const tenant = requireConcreteTenant(context.segment, 'client_credentials')
  const { scope } = parameters
  if (scope === undefined) throw fieldMissing('scope')
  const names = scope.split(' ')
  if (names.length !== 1 || !scope.endsWith(`/${defaultScope}`)) throw defaultScopeRequired(scope)
  const parsed = parseScope(scope)
  const plan = planScopes(platform, { parsed, client, tenant, unknownScopeError: 'invalid_scope' })
  const [request] = plan.resources
  if (request === undefined) throw defaultScopeRequired(scope)
  return request
}
