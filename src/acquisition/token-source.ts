import type { AccessToken } from './access-token.js'
import { apiNamed, createApiClient, type ApiClient } from './api-client.js'
import { correlatedCalls } from './correlated-calls.js'
import { createGraphClient, type GraphClient } from './graph-client.js'
import { createTokenCredential, type TokenCredential } from './token-credential.js'
import { createTokenFetch, type TokenFetch } from './token-fetch.js'
import type { Scopes, TokenSourceSettings } from './token-source-settings.js'

/**
 * Where tokens for other APIs come from: the signed-in user, the API's caller, or the app itself.
 * `Api` are the names of `entra({ apis })`.
 */
export interface TokenSource<Api extends string = string> {
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
  /**
   * `fetch` with the right `Authorization` header, to the API that the token is for: Microsoft Graph,
   * an API of `entra({ apis })`, or the host that the scopes themselves name.
   *
   * @throws EgressRefusedError (ERR_ENTRA_EGRESS_REFUSED) before anything is sent anywhere else.
   */
  readonly fetch: TokenFetch
  /** Microsoft Graph of the configured cloud. */
  readonly graph: GraphClient
  /**
   * An API of `entra({ apis })`.
   *
   * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) when there is none of that name.
   */
  api(name: Api): ApiClient
  /**
   * A `TokenCredential` for clients of the Azure SDK, with the tokens of this source. Give it to a
   * client of its own, never to one that serves other users too.
   *
   * @example new SecretClient('https://contoso.vault.azure.net', identity.forApp().credential())
   */
  credential(): TokenCredential
}

export interface TokenOptions {
  /**
   * Permissions of the same API that the caller is going to use. A `.default` token holds what was
   * granted and says nothing of what was not, so name what must be there: when something is missing
   * the user is asked for consent once more.
   */
  readonly needs?: Scopes
}

/** @param correlationId GUID under which requests are found in logs; a new one each when left out. */
export function createTokenSource(
  settings: TokenSourceSettings,
  correlationId?: string,
): TokenSource {
  return new LazySource(settings, correlationId)
}

/**
 * A source is made for every request and mostly asked for one thing, so the rest of it is made when
 * it is wanted. The getters give functions that may be taken out of the source.
 */
class LazySource implements TokenSource {
  readonly #given: TokenSourceSettings
  readonly #correlationId: string | undefined
  #settings: TokenSourceSettings | undefined
  #fetch: TokenFetch | undefined
  #graph: GraphClient | undefined

  constructor(given: TokenSourceSettings, correlationId: string | undefined) {
    this.#given = given
    this.#correlationId = correlationId
    Object.freeze(this)
  }

  get token(): TokenSource['token'] {
    const { acquire } = this.#given
    return (scopes, { needs } = {}) => acquire({ scopes, needs })
  }

  get fetch(): TokenFetch {
    return (this.#fetch ??= createTokenFetch(this.#correlated()))
  }

  get graph(): GraphClient {
    return (this.#graph ??= this.#newGraphClient())
  }

  get api(): TokenSource['api'] {
    const { calls } = this.#correlated()
    return (name) => createApiClient({ api: apiNamed(name, calls), fetch: this.fetch, calls })
  }

  get credential(): TokenSource['credential'] {
    return () => createTokenCredential(this.#given)
  }

  #newGraphClient(): GraphClient {
    const { acquire, calls } = this.#correlated()
    return createGraphClient({
      fetch: this.fetch,
      calls,
      token: async (scopes, needs) => (await acquire({ scopes, needs })).reveal(),
    })
  }

  #correlated(): TokenSourceSettings {
    const { calls } = this.#given
    return (this.#settings ??= {
      ...this.#given,
      calls: correlatedCalls(calls, this.#correlationId),
    })
  }
}
