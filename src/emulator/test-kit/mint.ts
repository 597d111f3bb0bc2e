import { randomUUID } from 'node:crypto'
import type { Provider } from 'oidc-provider'
import { grantPermissions } from '../consent/grant-permissions.js'
import { neededPermissions } from '../consent/needed-permissions.js'
import type { SignIn } from '../authorize/sign-in-store.js'
import type { IdTokenMint, MintRequest, RefreshTokenMint } from '../emulator.js'
import type { Services } from '../platform/services.js'
import { parseScope } from '../scopes/parse-scope.js'
import { planScopes } from '../scopes/scope-plan.js'
import { issueRefreshToken } from '../token-endpoint/refresh-token.js'
import {
  mintAccessToken,
  mintIdToken,
  requireApplication,
  requireUser,
} from '../tokens/mint-token.js'

/** Any kind of token, without the grant it usually takes. */
export function mintToken(
  services: Services,
  request: MintRequest | IdTokenMint | RefreshTokenMint,
): Promise<string> {
  switch (request.kind) {
    case 'id':
      return mintIdToken(services.platform, request)
    case 'refresh':
      return mintRefreshToken(services, request)
    default:
      return mintAccessToken(services.platform, request)
  }
}

/** What a sign-in with consent would have left behind. */
async function mintRefreshToken(
  { platform, provider, signIns }: Services & { provider: Provider },
  { client: clientId, user, scope = 'openid profile offline_access' }: RefreshTokenMint,
): Promise<string> {
  const client = requireApplication(platform, clientId)
  const account = requireUser(platform, user)
  const { tenant, home } = account
  const plan = planScopes(platform, {
    parsed: parseScope(scope),
    client,
    tenant,
    unknownScopeError: 'invalid_scope',
  })
  const needed = neededPermissions(platform, { client, account, plan, forced: false })
  grantPermissions(platform, needed, { tenantId: tenant.id, user })
  const signIn: SignIn = {
    client: client.appId,
    segment: tenant.id,
    tenantId: tenant.id,
    userId: user,
    home,
    scope,
    nonce: undefined,
    contexts: [],
    idTokenContexts: [],
    sessionId: randomUUID(),
    epoch: platform.access.epochOf(user),
    authTime: Math.floor(platform.now() / 1000),
    issuedAt: platform.now(),
  }
  return issueRefreshToken(provider, { platform, client, signIns }, signIn)
}
