import type { AccessToken } from './access-token.js'
import { createGraphClient, type GraphClient } from './graph-client.js'
import { createTokenFetch, type TokenFetch } from './token-fetch.js'
import type { Scopes, TokenSourceSettings } from './token-source-settings.js'

/** Where tokens for other APIs come from: the signed-in user, the API's caller, or the app itself. */
export interface TokenSource {
  /**
   * A token for one API.
   *
   * @param scopes `{resource}/.default`, or named scopes where the source allows them; Microsoft
   *   Graph's `.default` when left out.
   * @param options `needs`: permissions that a `.default` token has to hold.
   * @throws ScopesInvalidError (ERR_ENTRA_SCOPES_INVALID) before any request when the platform
   *   would refuse the scopes; InteractionRequiredError, ConsentRequiredError and
   *   AdminConsentRequiredError when the user must act; PlatformUnavailableError, ThrottledError
   *   and CredentialRejectedError otherwise.
   */
  token(scopes?: Scopes, options?: TokenOptions): Promise<AccessToken>
  /** `fetch` with the right `Authorization` header; only to https, and for Graph only to Graph. */
  readonly fetch: TokenFetch
  /** Microsoft Graph of the configured cloud. */
  readonly graph: GraphClient
}

export interface TokenOptions {
  /**
   * Permissions of the same API that the caller is going to use. A `.default` token holds what was
   * granted and says nothing of what was not, so name what must be there: when something is missing
   * the user is asked for consent once more.
   */
  readonly needs?: Scopes
}

export function createTokenSource(settings: TokenSourceSettings): TokenSource {
  const tokenFetch = createTokenFetch(settings)
  return Object.freeze({
    token: (scopes?: Scopes, { needs }: TokenOptions = {}) => settings.acquire({ scopes, needs }),
    fetch: tokenFetch,
    graph: createGraphClient({ ...settings, fetch: tokenFetch }),
  })
}
