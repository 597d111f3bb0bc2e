import { InvalidTokenError, ServerError } from '@modelcontextprotocol/sdk/server/auth/errors.js'
import type { OAuthTokenVerifier } from '@modelcontextprotocol/sdk/server/auth/provider.js'
import { TokenInvalidError } from '../../protocol/access-errors.js'
import type { Caller } from '../../protocol/caller.js'
import { PlatformUnavailableError } from '../../protocol/platform-unavailable-error.js'
import { authInfoOf, type AuthInfoOptions } from './auth-info.js'

/** The one thing of an identity that is needed, whichever framework it is for. */
interface TokenVerifying {
  verifyToken(token: string): Promise<Caller>
}

/**
 * An `entra()` as the token verifier of the MCP SDK, for its `requireBearerAuth`. A token that is not
 * for this API is the SDK's `InvalidTokenError` (401); an outage of Entra its `ServerError`, because
 * the SDK has no 503. A guard of the identity in its place answers with both, and with more.
 *
 * @example requireBearerAuth({ verifier: tokenVerifier(identity) })
 */
export function tokenVerifier(
  identity: TokenVerifying,
  options: AuthInfoOptions = {},
): OAuthTokenVerifier {
  return {
    async verifyAccessToken(token) {
      try {
        return authInfoOf(await identity.verifyToken(token), options)
      } catch (error) {
        if (error instanceof TokenInvalidError) throw new InvalidTokenError(error.message)
        if (error instanceof PlatformUnavailableError) throw new ServerError(error.message)
        throw error
      }
    },
  }
}
