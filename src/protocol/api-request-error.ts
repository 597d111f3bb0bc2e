import { EntraError } from './entra-error.js'

export interface ApiFailure {
  /** The API's name in `entra({ apis })`. */
  readonly api: string
  readonly method: string
  /** How it failed; `status` when the API answered. */
  readonly failure: 'status' | 'network' | 'timeout' | 'content'
  /** HTTP status of the API's answer; undefined when there was none. */
  readonly apiStatus?: number
  /** The API's own code of its error, such as `task_locked`: letters, digits, `_`, `-` and `.`. */
  readonly apiCode?: string | undefined
  /** Seconds that the API asked to wait. */
  readonly retryAfter?: number | undefined
  /** What the API answered with, parsed where it was JSON. */
  readonly body?: unknown
}

/**
 * An API of `entra({ apis })` answered with an error, not in time, or not at all. To the one who
 * called this app that is 502 (RFC 9110 section 15.6.3), 504 when the time was up, or 503 with
 * `Retry-After` where the API asked to wait.
 */
export class ApiRequestError extends EntraError {
  readonly code = 'ERR_ENTRA_API_REQUEST'
  readonly api: string
  readonly failure: ApiFailure['failure']
  readonly apiStatus: number | undefined
  /** The API's own code of its error; undefined when its answer has none. */
  readonly apiCode: string | undefined
  /** Seconds that the API asked to wait; undefined when it did not. */
  readonly retryAfter: number | undefined
  readonly #body: unknown

  constructor({ api, method, failure, apiStatus, apiCode, retryAfter, body }: ApiFailure) {
    const isBusy = apiStatus === 429 || apiStatus === 503
    super(`${seen[failure](apiStatus, apiCode)} It was called as ${method} of apis.${api}.`, {
      status: failure === 'timeout' ? 504 : isBusy ? 503 : 502,
      ...(isBusy && retryAfter !== undefined
        ? { headers: { 'Retry-After': String(retryAfter) } }
        : {}),
    })
    this.api = api
    this.failure = failure
    this.apiStatus = apiStatus
    this.apiCode = apiCode
    this.retryAfter = retryAfter
    this.#body = body
  }

  /** What the API answered with: JSON, text, or undefined. It may be personal, so it is never printed. */
  get body(): unknown {
    return this.#body
  }
}

const seen: Readonly<Record<ApiFailure['failure'], (status?: number, code?: string) => string>> = {
  status: (status, code) =>
    `The API answered ${status ?? 'with an error'}${code === undefined ? '' : ` ${code}`}.`,
  network: () => 'The API could not be reached, or the connection broke off.',
  timeout: () => 'The API did not answer in time.',
  content: () => 'The API answered with something other than JSON; fetch() gives it as it is.',
}
