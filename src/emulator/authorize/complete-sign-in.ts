import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { TenantUser } from '../platform/registry.js'
import type { AuthorizeRequest } from './authorize-request.js'
import { isSameHome, type SessionAccount } from './browser-sessions.js'
import { satisfyPolicies } from '../conditional-access/proof-at-sign-in.js'
import type { ProviderParts } from './provider-parts.js'

export interface Completion {
  context: KoaContextWithOIDC
  request: AuthorizeRequest
  account: TenantUser
}

/** Gives oidc-provider the account and a grant, and keeps beside it what the tokens will need. */
export async function completeSignIn(
  provider: Provider,
  parts: ProviderParts,
  { context, request, account }: Completion,
): Promise<void> {
  const { platform } = parts
  const { oidc } = context
  const accountId = account.user.id
  const { client, segment, scope, nonce, claimsRequest } = request
  const session = sessionAccountOf(parts, context, account)
  session.clients.add(client.appId)
  satisfyPolicies(platform, { request, account, sessionId: session.sessionId })
  const grant = new provider.Grant({ accountId, clientId: client.appId })
  grant.addOIDCScope('openid')
  const grantId = await grant.save()
  oidc.session?.loginAccount({ accountId, transient: true })
  oidc.session?.ensureClientContainer(client.appId)
  oidc.session?.grantIdFor(client.appId, grantId)
  oidc.entity('Account', { accountId, claims: () => ({ sub: accountId }) })
  oidc.entity('Grant', grant)
  parts.signIns.set(grantId, {
    client: client.appId,
    segment: segment.name,
    tenantId: account.tenant.id,
    userId: accountId,
    home: account.home,
    scope: scope.text,
    nonce,
    contexts: claimsRequest.contexts,
    idTokenContexts: [...claimsRequest.contexts, ...claimsRequest.idTokenContexts],
    sessionId: session.sessionId,
    epoch: platform.access.epochOf(accountId),
    authTime: session.authTime,
    issuedAt: platform.now(),
  })
  request.progress.account = account
}

export function sessionAccountOf(
  { sessions }: ProviderParts,
  { req }: KoaContextWithOIDC,
  { home }: TenantUser,
): SessionAccount {
  const found = sessions.accounts(req).find((account) => isSameHome(account.home, home))
  if (found === undefined) throw new Error('The account is not signed in in this browser.')
  return found
}
