import { ApiRequestError } from '../protocol/api-request-error.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import { apiFailureOf } from './api-failure.js'
import { apiUrlOf } from './api-path.js'
import { endingWith } from './call-deadline.js'
import type { DownstreamApi } from './downstream-api.js'
import { createJsonCalls, type JsonCalls } from './json-calls.js'
import { retriedCall } from './retried-call.js'
import type { TokenFetch } from './token-fetch.js'
import type { OutgoingCalls } from './token-source-settings.js'

/** As for fetch, less what the API's configuration says. */
export type ApiInit = Omit<RequestInit, 'method' | 'body'>

/**
 * An API of `entra({ apis })` for one token source. A path begins with "/" and stays below the base
 * URL. A call ends after the API's `timeout`; one that may be repeated and was turned away for a
 * while, or found nobody, is sent again after the time that the API asks for.
 *
 * Each throws ApiRequestError (ERR_ENTRA_API_REQUEST) with the API's status, `apiCode` and `body`,
 * except `fetch`, which returns what the API answers; EgressRefusedError (ERR_ENTRA_EGRESS_REFUSED) for a
 * path that leads elsewhere; and what `token()` throws, such as for consent that is missing.
 */
export type ApiClient = JsonCalls<ApiInit>

export interface ApiClientSettings {
  readonly api: DownstreamApi
  readonly fetch: TokenFetch
  readonly calls: Pick<OutgoingCalls, 'clock' | 'sleep'>
}

export function createApiClient({ api, fetch, calls }: ApiClientSettings): ApiClient {
  const { name, scopes, timeout, retry } = api
  const rules = { retries: retry, patience: timeout, repeatsThrottled: false }

  async function send(path: string, init: RequestInit): Promise<Response> {
    const url = apiUrlOf(path, api)
    return retriedCall(() => fetch(url, { ...init, scopes }), init, { rules, waiting: calls })
  }

  const json = createJsonCalls<ApiInit>({
    send,
    timeout,
    refused: (response, { method }) =>
      apiFailureOf(response, { api: name, method, clock: calls.clock }),
    unreachable: (failure, { method }) => new ApiRequestError({ api: name, method, failure }),
  })
  return Object.freeze({
    ...json,
    fetch: (path: string, init = {}) => send(path, within(init, timeout)),
  })
}

/** @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) when there is no API of that name. */
export function apiNamed(name: string, { apis }: Pick<OutgoingCalls, 'apis'>): DownstreamApi {
  const api = apis.get(name)
  if (api !== undefined) return api
  const known = [...apis.keys()]
  throw new ConfigurationError({
    message:
      `api(${JSON.stringify(name)}) was called, and apis of entra() ` +
      (known.length === 0 ? 'names no API' : `names ${known.join(', ')}`) +
      `. Add entra({ apis: { ${name}: { baseUrl, scopes } } }).`,
    option: 'apis',
  })
}

function within(init: RequestInit, timeout: number): RequestInit {
  return { ...init, signal: endingWith(init.signal, AbortSignal.timeout(timeout)) }
}
