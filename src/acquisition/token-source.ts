import type { AccessToken } from './access-token.js'
import { createGraphClient, type GraphClient } from './graph-client.js'
import { createTokenFetch, type TokenFetch } from './token-fetch.js'

/** One scope, several separated by spaces, or a list. A scope without a resource means Graph. */
export type Scopes = string | readonly string[]

/** Where tokens for other APIs come from: the signed-in user, the API's caller, or the app itself. */
export interface TokenSource {
  /**
   * A token for one API.
   *
   * @param scopes `{resource}/.default`, or named scopes where the source allows them; Microsoft
   *   Graph's `.default` when left out.
   * @throws ScopesInvalidError (ERR_ENTRA_SCOPES_INVALID) before any request when the platform
   *   would refuse the scopes; InteractionRequiredError, ConsentRequiredError and
   *   AdminConsentRequiredError when the user must act; PlatformUnavailableError, ThrottledError
   *   and CredentialRejectedError otherwise.
   */
  token(scopes?: Scopes): Promise<AccessToken>
  /** `fetch` with the right `Authorization` header; only to https, and for Graph only to Graph. */
  readonly fetch: TokenFetch
  /** Microsoft Graph of the configured cloud. */
  readonly graph: GraphClient
}

export interface TokenSourceSettings {
  readonly acquire: (scopes: Scopes | undefined) => Promise<AccessToken>
  readonly graph: GraphAddress
  readonly fetch: typeof fetch
  /** Whether tokens stand for a user: only then Graph has a `/me`. */
  readonly delegated: boolean
}

export interface GraphAddress {
  /** Prefix of Graph's scopes. */
  readonly resource: string
  /** Origin that Graph is called at. */
  readonly endpoint: string
  readonly hosts: readonly string[]
}

export function createTokenSource(settings: TokenSourceSettings): TokenSource {
  const tokenFetch = createTokenFetch(settings)
  return Object.freeze({
    token: (scopes?: Scopes) => settings.acquire(scopes),
    fetch: tokenFetch,
    graph: createGraphClient({ ...settings, fetch: tokenFetch }),
  })
}
