import { Refusal } from './entra-error.js'

export interface PlatformFault {
  /** What was being fetched. */
  readonly endpoint: 'metadata' | 'keys' | 'authorize' | 'token' | 'graph' | 'managed-identity'
  /** How it failed; never text from the wire. */
  readonly failure: 'network' | 'timeout' | 'status' | 'content'
  /** Seconds after which another attempt makes sense. */
  readonly retryAfter: number
  /** What was seen, in a sentence of ours. */
  readonly detail?: string
}

/**
 * The Microsoft identity platform could not be reached or answered nonsense, so nothing can be
 * said about the request: 503 with `Retry-After`, never `invalid_token`.
 */
export class PlatformUnavailableError extends Refusal {
  readonly code = 'ERR_ENTRA_PLATFORM_UNAVAILABLE'
  readonly endpoint: PlatformFault['endpoint']
  readonly failure: PlatformFault['failure']
  /** Seconds. */
  readonly retryAfter: number

  constructor(fault: PlatformFault) {
    const retryAfter = Math.max(1, Math.ceil(fault.retryAfter))
    const what = `The Microsoft identity platform is unavailable (${fault.endpoint}: ${fault.failure}).`
    super(fault.detail === undefined ? what : `${what} ${fault.detail}`, {
      status: 503,
      headers: {
        'Retry-After': String(retryAfter),
        'Access-Control-Expose-Headers': 'Retry-After',
      },
    })
    this.endpoint = fault.endpoint
    this.failure = fault.failure
    this.retryAfter = retryAfter
  }
}
