import type { Clock } from '../platform/clock.js'
import type { Sleep } from '../platform/sleep.js'
import { retryAfterOf } from '../protocol/retry-after.js'
import { isRepeatable, release } from './bodies.js'

export interface RetryRules {
  /** How often a call is sent again at the most. */
  readonly retries: number
  /** Milliseconds that one call may spend waiting; a longer wait is left to whoever called. */
  readonly patience: number
  /** Whether a request that was turned away for now (429) may be sent again whatever its method. */
  readonly repeatsThrottled: boolean
}

export interface Waiting {
  readonly clock: Clock
  readonly sleep: Sleep
}

const idempotent = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']
const passing = [429, 502, 503, 504]
const firstPause = 500

/**
 * Sends a request again when the answer says that it would have worked a little later, or when there
 * was none: after what `Retry-After` asks for, otherwise after half a second, one, two and so on,
 * less a random part. Only a request that does the same twice is repeated (RFC 9110 section 9.2.2).
 *
 * @see https://learn.microsoft.com/graph/throttling
 */
export async function retriedCall(
  send: () => Promise<Response>,
  request: Pick<RequestInit, 'method' | 'body' | 'signal'>,
  { rules, waiting }: { readonly rules: RetryRules; readonly waiting: Waiting },
): Promise<Response> {
  const isIdempotent = idempotent.includes((request.method ?? 'GET').toUpperCase())
  let patience = rules.patience

  function mayRepeat(status: number | undefined): boolean {
    if (!isRepeatable(request.body)) return false
    if (status === 429 && rules.repeatsThrottled) return true
    return isIdempotent && (status === undefined || passing.includes(status))
  }

  /** Undefined when nobody should wait that long. */
  function pauseAfter(attempt: number, response: Response | undefined): number | undefined {
    const asked = retryAfterOf(response?.headers.get('retry-after'), waiting.clock())
    const pause =
      asked === undefined ? firstPause * 2 ** (attempt - 1) * (1 - Math.random() / 2) : asked * 1000
    return pause <= patience ? pause : undefined
  }

  for (let attempt = 1; ; attempt += 1) {
    const { response, error } = await outcomeOf(send)
    const isFailure = response === undefined
    const pause =
      attempt <= rules.retries && mayRepeat(response?.status)
        ? pauseAfter(attempt, response)
        : undefined
    if (pause === undefined || (isFailure && !isNetworkFailure(error))) {
      if (isFailure) throw error
      return response
    }
    if (!isFailure) release(response)
    patience -= pause
    await waiting.sleep(pause, request.signal)
  }
}

type Outcome =
  | { readonly response: Response; readonly error?: undefined }
  | { readonly response?: undefined; readonly error: unknown }

async function outcomeOf(send: () => Promise<Response>): Promise<Outcome> {
  try {
    return { response: await send() }
  } catch (error) {
    return { error }
  }
}

/**
 * Whether `fetch` could not reach the other side, or lost it: a TypeError with a cause in Node and
 * Deno, an error with the system's or its own name for it in Bun and in node-fetch.
 */
export function isNetworkFailure(error: unknown): boolean {
  const { name, code, cause } = Object(error) as Record<'name' | 'code' | 'cause', unknown>
  if (typeof code === 'string') {
    return /^(?:E(?!RR_)[A-Z]|UND_ERR_|Connection[A-Z]|FailedToOpenSocket$)/.test(code)
  }
  return name === 'FetchError' || (name === 'TypeError' && cause !== undefined)
}
