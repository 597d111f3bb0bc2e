import type { TenantUser } from '../platform/registry.js'
import { issueIdToken } from '../tokens/issue-token.js'
import { userTokens } from '../token-endpoint/user-tokens.js'
import type { AuthorizeRequest } from './authorize-request.js'
import type { ProviderParts } from './provider-parts.js'

interface SignedIn {
  account: TenantUser
  sessionId: string
  authTime: number
  code: string | undefined
}

/** What `response_type` asked for: the code, and in the hybrid and implicit flows tokens beside it. */
export async function frontChannelTokens(
  { platform, signIns }: ProviderParts,
  request: AuthorizeRequest,
  { account, sessionId, authTime, code }: SignedIn,
): Promise<Record<string, string>> {
  const { client, segment, version, scope, nonce, claimsRequest, responseTypes } = request
  const signedIn = { account, sessionId, authTime }
  const context = { platform, segment, version, client, claimsRequest, signIns, parameters: {} }
  const granted = responseTypes.has('token')
    ? await userTokens(
        { ...context, proof: 'public', origin: undefined },
        { ...signedIn, scope: scope.text, contexts: claimsRequest.contexts },
      )
    : undefined
  const idToken = responseTypes.has('id_token')
    ? await issueIdToken(platform, {
        ...signedIn,
        client,
        version,
        nonce,
        openid: scope.openid,
        contexts: [...claimsRequest.contexts, ...claimsRequest.idTokenContexts],
        beside: { code, accessToken: granted?.access_token },
      })
    : undefined
  return {
    ...(code !== undefined && { code }),
    ...(idToken !== undefined && { id_token: idToken }),
    ...(granted !== undefined && {
      access_token: granted.access_token,
      token_type: granted.token_type,
      expires_in: String(granted.expires_in),
      scope: granted.scope ?? '',
    }),
  }
}
