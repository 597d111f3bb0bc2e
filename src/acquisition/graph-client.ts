import { GraphRequestError } from '../protocol/graph-request-error.js'
import { EgressRefusedError } from '../protocol/egress-refused-error.js'
import type { TokenFetch, TokenFetchInit } from './token-fetch.js'
import type { GraphAddress } from './token-source-settings.js'

/** What Graph answers with, when the program does not say it more exactly. */
export type GraphResource = Record<string, unknown>

/** Microsoft Graph for one token source. */
export interface GraphClient {
  /**
   * Reads a resource as JSON.
   *
   * @param path Such as `/me` or `/me/messages?$top=5`; of version v1.0 unless it begins with `/beta/`.
   * @param init As for fetch; `scopes` when the token must hold particular ones.
   * @throws GraphRequestError (ERR_ENTRA_GRAPH_REQUEST) with Graph's status, code and request-id;
   *   EgressRefusedError (ERR_ENTRA_EGRESS_REFUSED) for `/me` with an app-only token; and what
   *   `token()` throws.
   * @see https://learn.microsoft.com/graph/use-the-api
   */
  get<Resource = GraphResource>(path: string, init?: TokenFetchInit): Promise<Resource>
}

export interface GraphClientSettings {
  readonly fetch: TokenFetch
  readonly graph: GraphAddress
  readonly delegated: boolean
}

export function createGraphClient(settings: GraphClientSettings): GraphClient {
  const { fetch, graph, delegated } = settings
  return Object.freeze({
    async get<Resource>(path: string, init: TokenFetchInit = {}): Promise<Resource> {
      const url = addressOf(path, graph.endpoint)
      if (!delegated) refuseMe(url)
      const clientRequestId = crypto.randomUUID()
      const headers = new Headers(init.headers)
      headers.set('accept', 'application/json')
      headers.set('client-request-id', clientRequestId)
      const response = await fetch(url, { ...init, headers })
      if (!response.ok) throw await failureOf(response, url, clientRequestId)
      return (await response.json()) as Resource // the caller says what Graph documents for the path
    },
  })
}

/** The path is put behind Graph's origin as text, so that no path can lead to another host. */
function addressOf(path: string, endpoint: string): URL {
  if (!path.startsWith('/')) {
    throw new EgressRefusedError(
      `The Graph path ${JSON.stringify(path)} does not begin with "/". Expected a path such as "/me".`,
    )
  }
  return new URL(`${endpoint}${/^\/(?:v1\.0|beta)\//.test(path) ? '' : '/v1.0'}${path}`)
}

function refuseMe(url: URL): void {
  if (!/^\/(?:v1\.0|beta)\/me(?:\/|$)/.test(url.pathname)) return
  throw new EgressRefusedError(
    'Graph has no /me for an app-only token: /me is the signed-in user, and an app-only token has ' +
      'none. Use forUser() or onBehalfOf(), or name the user: /users/{id}.',
  )
}

async function failureOf(response: Response, url: URL, clientRequestId: string) {
  const body: unknown = await response.json().catch(() => undefined)
  return new GraphRequestError({
    method: 'GET',
    path: url.pathname,
    graphStatus: response.status,
    graphCode: codeOf(body),
    requestId: response.headers.get('request-id') ?? undefined,
    clientRequestId,
    retryAfter: response.headers.get('retry-after') ?? undefined,
  })
}

function codeOf(body: unknown): string | undefined {
  const { error } = Object(body) as { error?: unknown }
  const { code } = Object(error) as { code?: unknown }
  return typeof code === 'string' && /^[\w.-]{1,100}$/.test(code) ? code : undefined
}
