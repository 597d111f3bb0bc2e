import { PlatformUnavailableError } from '../protocol/platform-unavailable-error.js'
import { graphUrlOf } from './graph-path.js'
import { graphFailureOf } from './graph-failure.js'
import { pagesOf, type GraphPage } from './graph-pages.js'
import {
  createGraphSdk,
  type GraphAuthenticationProvider,
  type GraphClientOptions,
} from './graph-sdk.js'
import { createJsonCalls, type JsonCalls, type Resource } from './json-calls.js'
import { retriedCall, type RetryRules } from './retried-call.js'
import type { TokenFetch, TokenFetchInit } from './token-fetch.js'
import type { OutgoingCalls } from './token-source-settings.js'

/** As for fetch; `scopes` when the token must hold particular ones. */
export type GraphInit = Omit<TokenFetchInit, 'method' | 'body'>

/**
 * Microsoft Graph for one token source. A path is such as `/me` or `/me/messages?$top=5`, of version
 * v1.0 unless it begins with `/beta/`, or a link that Graph gave. Every call has a
 * `client-request-id`, a random one unless `headers` hold one; what Graph turns away for a while is
 * sent again after the time it asks for, up to three times and ten seconds in all. The calls in JSON
 * end after 30 seconds.
 *
 * Each throws GraphRequestError (ERR_ENTRA_GRAPH_REQUEST) with Graph's status, code and request-id;
 * PlatformUnavailableError (ERR_ENTRA_PLATFORM_UNAVAILABLE) when Graph does not answer, or not with
 * JSON; EgressRefusedError (ERR_ENTRA_EGRESS_REFUSED) for `/me` with an app-only token, and for a path
 * that leads elsewhere than it says (`..`, a backslash, `#`); and what `token()` throws.
 *
 * @see https://learn.microsoft.com/graph/use-the-api
 */
export interface GraphClient extends JsonCalls<GraphInit> {
  /**
   * The items of a collection, page after page as the loop goes on.
   *
   * @example for await (const { subject } of graph.items<Message>('/me/messages')) { … }
   */
  items<Item = Resource>(path: string, init?: GraphInit): AsyncGenerator<Item, void, undefined>
  /**
   * The pages of a collection. The last one of a delta query has the `deltaLink` to go on from.
   *
   * @see https://learn.microsoft.com/graph/paging
   */
  pages<Item = Resource>(
    path: string,
    init?: GraphInit,
  ): AsyncGenerator<GraphPage<Item>, void, undefined>
  /**
   * For `Client.initWithMiddleware(graph.clientOptions())` of `@microsoft/microsoft-graph-client`:
   * every request of that client then goes the way that `graph.fetch()` goes.
   */
  clientOptions(options?: GraphSdkOptions): GraphClientOptions
  /** An `AuthenticationProvider` of `@microsoft/microsoft-graph-client`, for a chain of your own. */
  authenticationProvider(options?: GraphSdkOptions): GraphAuthenticationProvider
}

/** Scopes that the official client's tokens must hold; Graph's `.default` when left out. */
export type GraphSdkOptions = Pick<TokenFetchInit, 'scopes' | 'needs'>

export interface GraphClientSettings {
  readonly fetch: TokenFetch
  readonly calls: OutgoingCalls
  readonly token: (
    scopes: TokenFetchInit['scopes'],
    needs: TokenFetchInit['needs'],
  ) => Promise<string>
}

const rules: RetryRules = { retries: 3, patience: 10_000, repeatsThrottled: true }
const timeout = 30_000
const usualPauseSeconds = 5

export function createGraphClient({ fetch, calls, token }: GraphClientSettings): GraphClient {
  const { endpoint } = calls.graph

  /** What Microsoft's support finds the call by; the same for every attempt. */
  function identify(headers: Headers): void {
    if (headers.has('client-request-id')) return
    headers.set('client-request-id', calls.correlationId ?? crypto.randomUUID())
  }

  async function send(url: URL, init: TokenFetchInit): Promise<Response> {
    const headers = new Headers(init.headers)
    identify(headers)
    return retriedCall(() => fetch(url, { ...init, headers }), init, { rules, waiting: calls })
  }

  const json = createJsonCalls<GraphInit>({
    send: async (path, init) => send(graphUrlOf(path, endpoint), init),
    prepare: identify,
    timeout,
    refused: (response, { method, path, headers }) =>
      graphFailureOf(response, {
        method,
        path: graphUrlOf(path, endpoint).pathname,
        clientRequestId: headers.get('client-request-id') ?? '',
        clock: calls.clock,
      }),
    unreachable: (failure) =>
      new PlatformUnavailableError({
        endpoint: 'graph',
        failure,
        retryAfter: usualPauseSeconds,
      }),
  })

  async function* pages<Item>(path: string, init: GraphInit = {}) {
    yield* pagesOf<Item>(graphUrlOf(path, endpoint), (url) => json.get(url.href, init))
  }

  return Object.freeze({
    ...json,
    pages,
    async *items<Item>(path: string, init?: GraphInit) {
      for await (const page of pages<Item>(path, init)) yield* page.value
    },
    ...createGraphSdk({ send, token, calls }),
  })
}
