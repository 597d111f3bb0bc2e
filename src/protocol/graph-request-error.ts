import { EntraError } from './entra-error.js'

export interface GraphFailure {
  readonly method: string
  readonly path: string
  /** HTTP status of Graph's answer. */
  readonly graphStatus: number
  /** Graph's own code, such as `Authorization_RequestDenied`. */
  readonly graphCode: string | undefined
  /** Graph's own words. */
  readonly graphMessage: string | undefined
  /** What to tell Microsoft's support. */
  readonly requestId: string | undefined
  readonly clientRequestId: string
  /** Seconds that Graph asked to wait. */
  readonly retryAfter: number | undefined
}

/**
 * Microsoft Graph answered with an error. To the one who called this app that is 502, or 503 with
 * `Retry-After` where Graph asked to wait.
 *
 * @see https://learn.microsoft.com/graph/errors
 */
export class GraphRequestError extends EntraError {
  readonly code = 'ERR_ENTRA_GRAPH_REQUEST'
  readonly graphStatus: number
  readonly graphCode: string | undefined
  readonly requestId: string | undefined
  readonly clientRequestId: string
  /** Seconds that Graph asked to wait; undefined when it did not. */
  readonly retryAfter: number | undefined
  readonly #graphMessage: string | undefined

  constructor(failure: GraphFailure) {
    const { method, path, graphStatus, graphCode, retryAfter } = failure
    const busy = graphStatus === 429 || graphStatus === 503 || graphStatus === 504
    super(
      `Microsoft Graph answered ${graphStatus}${graphCode === undefined ? '' : ` ${graphCode}`} to ` +
        `${method} ${path}. ${adviceFor(graphStatus)} (request-id ${failure.requestId ?? 'unknown'})`,
      {
        status: busy ? 503 : 502,
        ...(busy && retryAfter !== undefined
          ? { headers: { 'Retry-After': String(retryAfter) } }
          : {}),
      },
    )
    this.graphStatus = graphStatus
    this.graphCode = graphCode
    this.requestId = failure.requestId
    this.clientRequestId = failure.clientRequestId
    this.retryAfter = retryAfter
    this.#graphMessage = failure.graphMessage
  }

  /** Graph's own words, which may name people and things: read on purpose, never printed. */
  get graphMessage(): string | undefined {
    return this.#graphMessage
  }
}

function adviceFor(status: number): string {
  if (status === 401) return 'It did not accept the token; the user may have to sign in again.'
  if (status === 403)
    return (
      "The token lacks a permission; Graph's reference page of this request names it. In a web app ask for it " +
      "by name: requireToken('…') or { scopes: '…' }. An API or a daemon gets what \"API permissions\" of its " +
      'registration lists, once consent is given there.'
    )
  if (status === 404) return 'There is no such resource, or the token may not see it.'
  if (status === 429) return 'It asks to wait before the next request.'
  return status >= 500 ? 'It could not serve the request.' : 'It did not understand the request.'
}
