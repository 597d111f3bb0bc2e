import { randomUUID } from 'node:crypto'
import { scopeEmptyForCode } from '../errors/scope-errors.js'
import type { SignIn } from '../authorize/sign-in-store.js'
import type { Services } from '../platform/services.js'
import { namesNoApi, parseScope } from '../scopes/parse-scope.js'
import { requireMatchingResource } from '../scopes/resource-indicator.js'
import { redeemCode } from './authorization-code.js'
import { clientCredentials } from './client-credentials.js'
import type { GrantContext, TokenAnswer } from './grant-context.js'
import { onBehalfOf, onBehalfOfGrant } from './on-behalf-of.js'
import { accountFor, issueRefreshToken, redeemRefreshToken } from './refresh-token.js'
import { userTokens, wantsRefreshToken } from './user-tokens.js'

/** The answer to a grant, or undefined for a grant type the platform does not have. */
export async function answerGrant(
  services: Services,
  grantType: string,
  context: GrantContext,
): Promise<TokenAnswer | undefined> {
  switch (grantType) {
    case 'authorization_code':
      return answerCode(services, context)
    case 'refresh_token':
      return answerRefresh(services, context)
    case 'client_credentials':
      return clientCredentials(context)
    case onBehalfOfGrant:
      return answerOnBehalfOf(services, context)
    default:
      return undefined
  }
}

async function answerCode({ provider }: Services, asked: GrantContext): Promise<TokenAnswer> {
  const redeemed = await redeemCode({ provider, context: asked })
  const context = withContextsOf(redeemed, asked)
  const isPage = context.origin !== undefined
  const signIn = isPage ? { ...redeemed, pageSince: context.platform.now() } : redeemed
  const scope = scopeForCode(context.parameters.scope, signIn)
  requireMatchingResource(context.platform, context.parameters.resource, parseScope(scope))
  const account = accountFor(context, signIn)
  const answer = await userTokens(context, { ...signIn, account, scope })
  const keeps = wantsRefreshToken(scope) || wantsRefreshToken(signIn.scope)
  return keeps ? withRefreshToken({ provider }, context, { answer, signIn }) : answer
}

/** Authentication contexts that the code was asked for with hold without being repeated. */
function withContextsOf({ contexts }: SignIn, context: GrantContext): GrantContext {
  const { claimsRequest } = context
  return {
    ...context,
    claimsRequest: { ...claimsRequest, contexts: [...claimsRequest.contexts, ...contexts] },
  }
}

/**
 * A code may be asked for with permissions of several APIs and is redeemed for one. OpenID scopes of
 * the authorize request hold without being repeated.
 */
function scopeForCode(asked: string | undefined, signIn: SignIn): string {
  if (asked === undefined) {
    if (namesNoApi(parseScope(signIn.scope))) throw scopeEmptyForCode()
    return signIn.scope
  }
  const openid = parseScope(signIn.scope).openid.filter((name) => !asked.split(' ').includes(name))
  return [...openid, asked].join(' ')
}

async function answerRefresh(services: Services, context: GrantContext): Promise<TokenAnswer> {
  const { provider } = services
  const signIn = await redeemRefreshToken(provider, context)
  const scope = context.parameters.scope ?? signIn.scope
  requireMatchingResource(context.platform, context.parameters.resource, parseScope(scope))
  const account = accountFor(context, signIn)
  const answer = await userTokens(context, { ...signIn, account, scope, nonce: undefined })
  return withRefreshToken(services, context, { answer, signIn })
}

async function answerOnBehalfOf(services: Services, context: GrantContext): Promise<TokenAnswer> {
  const { answer, request } = await onBehalfOf(context)
  if (!wantsRefreshToken(request.scope)) return answer
  const { account, scope, sessionId, authTime } = request
  const signIn: SignIn = {
    client: context.client.appId,
    segment: context.segment.name,
    tenantId: account.tenant.id,
    userId: account.user.id,
    home: account.home,
    scope,
    nonce: undefined,
    contexts: [],
    idTokenContexts: [],
    epoch: context.platform.access.epochOf(account.user.id),
    sessionId: sessionId === '' ? randomUUID() : sessionId,
    authTime,
    issuedAt: 0,
  }
  return withRefreshToken(services, context, { answer, signIn })
}

async function withRefreshToken(
  { provider }: Pick<Services, 'provider'>,
  context: GrantContext,
  { answer, signIn }: { answer: TokenAnswer; signIn: SignIn },
): Promise<TokenAnswer> {
  const { pageSince } = signIn
  return {
    ...answer,
    refresh_token: await issueRefreshToken(provider, context, signIn),
    ...(pageSince !== undefined && { refresh_token_expires_in: 86_400 }),
  }
}
