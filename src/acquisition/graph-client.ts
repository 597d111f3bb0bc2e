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
  /**
   * Creates a resource or calls an action, with a body of JSON. It is sent once, and once
   * more only when Graph has refused the token with a claims challenge.
   *
   * @param path Such as `/me/sendMail`; of version v1.0 unless it begins with `/beta/`.
   * @param body What becomes the JSON of the request.
   * @param init As for fetch; `scopes` when the token must hold particular ones.
   * @returns Graph's answer; undefined when it answers without one (202, 204).
   * @throws GraphRequestError (ERR_ENTRA_GRAPH_REQUEST) with Graph's status, code and request-id;
   *   EgressRefusedError (ERR_ENTRA_EGRESS_REFUSED) for `/me` with an app-only token; and what
   *   `token()` throws.
   * @see https://learn.microsoft.com/graph/use-the-api
   */
  post<Resource = GraphResource | undefined>(
    path: string,
    body: unknown,
    init?: TokenFetchInit,
  ): Promise<Resource>
}

export interface GraphClientSettings {
  readonly fetch: TokenFetch
  readonly graph: GraphAddress
  readonly delegated: boolean
  readonly correlationId?: string | undefined
}

export function createGraphClient(settings: GraphClientSettings): GraphClient {
  const { fetch, graph, delegated } = settings

  async function send(method: Method, path: string, init: TokenFetchInit): Promise<Response> {
    const url = addressOf(path, graph.endpoint)
    if (!delegated) refuseMe(url)
    const clientRequestId = settings.correlationId ?? crypto.randomUUID()
    const headers = new Headers(init.headers)
    headers.set('accept', 'application/json')
    headers.set('client-request-id', clientRequestId)
    if (method === 'POST') headers.set('content-type', 'application/json')
    const response = await fetch(url, { ...init, method, headers })
    if (response.ok) return response
    throw await failureOf(response, { method, path: url.pathname, clientRequestId })
  }

  return Object.freeze({
    async get<Resource>(path: string, init: TokenFetchInit = {}): Promise<Resource> {
      const response = await send('GET', path, init)
      return (await response.json()) as Resource // the caller says what Graph documents for the path
    },
    async post<Resource>(
      path: string,
      body: unknown,
      init: TokenFetchInit = {},
    ): Promise<Resource> {
      const response = await send('POST', path, { ...init, body: JSON.stringify(body) })
      const text = await response.text()
      // The caller says what Graph documents for the path, nothing included.
      return (text === '' ? undefined : JSON.parse(text)) as Resource
    },
  })
}

type Method = 'GET' | 'POST'

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

async function failureOf(
  response: Response,
  request: { readonly method: Method; readonly path: string; readonly clientRequestId: string },
) {
  const body: unknown = await response.json().catch(() => undefined)
  return new GraphRequestError({
    ...request,
    graphStatus: response.status,
    graphCode: codeOf(body),
    requestId: response.headers.get('request-id') ?? undefined,
    retryAfter: response.headers.get('retry-after') ?? undefined,
  })
}

function codeOf(body: unknown): string | undefined {
  const { error } = Object(body) as { error?: unknown }
  const { code } = Object(error) as { code?: unknown }
  return typeof code === 'string' && /^[\w.-]{1,100}$/.test(code) ? code : undefined
}
