import { graphAppId, type Application } from '../directory.js'
import { grantedScopes, requireSignInConsent, scopeOfAnswer } from '../consent/granted-scopes.js'
import {
  accessBlocked,
  proofMissing,
  sessionTooOld,
} from '../conditional-access/access-refusals.js'
import { userNotAssigned } from '../errors/catalogue.js'
import { resourceNotFound, scopeWithoutResource, severalResources } from '../errors/scope-errors.js'
import type { TenantUser } from '../platform/registry.js'
import { namesNoApi, parseScope } from '../scopes/parse-scope.js'
import { planScopes, type ResourceRequest, type ScopePlan } from '../scopes/scope-plan.js'
import { clientInfoOf } from '../tokens/identifiers.js'
import { issueAccessToken, issueIdToken, tokenVersionOf } from '../tokens/issue-token.js'
import type { GrantContext, TokenAnswer } from './grant-context.js'
import { lifetimeFor } from './token-lifetime.js'

export interface UserTokenRequest {
  account: TenantUser
  scope: string
  nonce?: string | undefined
  sessionId: string
  authTime: number
  contexts?: string[]
  idTokenContexts?: string[]
}

/** The tokens of one user for one API, as all three user grants answer (without refresh token). */
export async function userTokens(
  context: GrantContext,
  request: UserTokenRequest,
): Promise<TokenAnswer> {
  const { platform, client, parameters } = context
  const { account } = request
  const plan = planFor(context, request)
  const wanted = oneResource(plan)
  const question = { tenantId: account.tenant.id, client, userId: account.user.id }
  if (wanted === undefined) requireSignInConsent(platform, question)
  const granted = wanted === undefined ? [] : grantedScopes(platform, question, wanted)
  requireAssigned(account, wanted?.resource ?? client)
  requireAccess(context, request, wanted)
  const { lifetime, refreshIn } = lifetimeFor(
    context,
    wanted?.resource ?? { appId: graphAppId },
    variableLifetime(),
  )
  return {
    token_type: 'Bearer',
    scope: scopeOfAnswer(plan, wanted, granted),
    expires_in: lifetime,
    ext_expires_in: lifetime,
    ...refreshIn,
    access_token: await accessToken(context, request, { plan, wanted, granted, lifetime }),
    ...(plan.openid.includes('openid') && {
      id_token: await issueIdToken(platform, {
        client,
        account,
        version: context.version,
        contexts: [...(request.idTokenContexts ?? []), ...context.claimsRequest.idTokenContexts],
        openid: plan.openid,
        nonce: request.nonce,
        sessionId: request.sessionId,
        authTime: request.authTime,
      }),
    }),
    ...(parameters.client_info === '1' && { client_info: clientInfoOf(account) }),
  }
}

/** Whether a refresh token was asked for. */
export function wantsRefreshToken(scope: string): boolean {
  return parseScope(scope).openid.includes('offline_access')
}

/** A random 60 to 90 minutes. */
function variableLifetime(): number {
  return 3_600 + Math.floor(Math.random() * 1_801)
}

function planFor({ platform, client }: GrantContext, request: UserTokenRequest): ScopePlan {
  const parsed = parseScope(request.scope)
  if (namesNoApi(parsed)) throw scopeWithoutResource()
  return planScopes(platform, {
    parsed,
    client,
    tenant: request.account.tenant,
    unknownScopeError: 'invalid_scope',
  })
}

/** A token is for one API (AADSTS28000); with OpenID scopes alone it is for UserInfo, at Graph. */
function oneResource(plan: ScopePlan): ResourceRequest | undefined {
  if (plan.resources.length > 1) throw severalResources(plan.text)
  return plan.resources[0]
}

/** Conditional Access: what forbids the token, and what the user can only do at the browser. */
function requireAccess(
  { platform, claimsRequest, parameters, version }: GrantContext,
  { account, sessionId, authTime }: UserTokenRequest,
  wanted: ResourceRequest | undefined,
): void {
  const { access } = platform
  const resources = wanted === undefined ? [] : [wanted.resource.appId]
  const block = access.blocking(account.user.id, resources)
  const error = version === 1 ? 'interaction_required' : 'invalid_grant'
  if (block !== undefined) throw accessBlocked(block, error)
  if (platform.now() / 1000 > authTime + access.maximumAge(resources)) {
    throw sessionTooOld('invalid_grant')
  }
  const policy = access.unsatisfied({
    sessionId,
    resources,
    contexts: [...claimsRequest.contexts, ...claimsRequest.idTokenContexts],
    named: claimsRequest.policies,
  })
  if (policy === undefined) return
  throw proofMissing(policy, parameters.assertion === undefined ? error : 'interaction_required')
}

/** An API that takes assignment gives nothing to who has none, whatever was consented to. */
function requireAssigned({ user }: TenantUser, { appId, ...resource }: Application): void {
  if (resource.appRoleAssignmentRequired !== true || user.appRoles?.[appId] !== undefined) return
  throw userNotAssigned(user.userPrincipalName, resource.displayName, 'invalid_grant')
}

interface AccessTokenParts {
  plan: ScopePlan
  wanted: ResourceRequest | undefined
  granted: string[]
  lifetime: number
}

function accessToken(
  { platform, client, proof, claimsRequest }: GrantContext,
  { account, sessionId, authTime, contexts = [] }: UserTokenRequest,
  { plan, wanted, granted, lifetime }: AccessTokenParts,
): Promise<string> {
  const resource = wanted?.resource ?? platform.registry.application(graphAppId)
  if (resource === undefined) throw resourceNotFound(graphAppId, account.tenant.displayName)
  const isGraph = resource.appId === graphAppId
  const openid = plan.openid.filter((scope) => scope !== 'offline_access')
  return issueAccessToken(platform, {
    resource,
    audience: wanted?.audience ?? graphAppId,
    version: tokenVersionOf(resource),
    tenantId: account.tenant.id,
    client: client.appId,
    proof,
    subject: {
      account,
      scopes: isGraph ? withOpenid(granted, openid) : granted,
      sessionId,
      authTime,
      contexts,
    },
    claimsRequest,
    lifetime,
  })
}

// offline_access is a consent, not a permission anyone could check.
function withOpenid(granted: readonly string[], openid: readonly string[]): string[] {
  const scopes = new Set([...granted, ...openid])
  scopes.delete('offline_access')
  return [...scopes]
}
