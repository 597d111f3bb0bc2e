import { isGraphUrl } from './egress.js'
import type { TokenFetchInit } from './token-fetch.js'
import type { OutgoingCalls, Scopes } from './token-source-settings.js'

/** `AuthenticationProvider` of `@microsoft/microsoft-graph-client`. */
export interface GraphAuthenticationProvider {
  getAccessToken(options?: { readonly scopes?: string[] }): Promise<string>
}

/** The part of its `Context` that a request is made of. */
export interface GraphSdkContext {
  request: RequestInfo
  options?: RequestInit
  response?: Response
}

/** The part of its `ClientOptions` that says how requests are sent. */
export interface GraphClientOptions {
  readonly baseUrl: string
  readonly middleware: { execute(context: GraphSdkContext): Promise<void> }
}

interface SdkOptions {
  readonly scopes?: Scopes
  readonly needs?: Scopes
}

export interface GraphSdkSettings {
  readonly send: (url: URL, init: TokenFetchInit) => Promise<Response>
  readonly token: (scopes: Scopes | undefined, needs: Scopes | undefined) => Promise<string>
  readonly calls: Pick<OutgoingCalls, 'graph' | 'fetch'>
}

/**
 * What `@microsoft/microsoft-graph-client` takes. Its own authentication knows https alone and no
 * claims challenge; as a middleware this library sends the requests itself, with all that it knows.
 */
export function createGraphSdk({ send, token, calls }: GraphSdkSettings) {
  const { graph } = calls

  /** Addresses that are not Graph's, such as those of upload sessions, get no token. */
  async function answer({ request, options = {} }: GraphSdkContext, asked: SdkOptions) {
    const url = new URL(typeof request === 'string' ? request : request.url)
    return isGraphUrl(url, graph) ? send(url, { ...options, ...asked }) : calls.fetch(url, options)
  }

  return {
    clientOptions: (asked: SdkOptions = {}): GraphClientOptions => ({
      baseUrl: `${graph.endpoint}/`,
      middleware: {
        async execute(context) {
          context.response = await answer(context, asked)
        },
      },
    }),
    authenticationProvider: ({ scopes, needs }: SdkOptions = {}): GraphAuthenticationProvider => ({
      getAccessToken: ({ scopes: named } = {}) =>
        token(named === undefined || named.length === 0 ? scopes : named, needs),
    }),
  }
}
