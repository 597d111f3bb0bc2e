export interface AadstsErrorOptions {
  /** The number after `AADSTS`. */
  code: number
  /** OAuth `error`. */
  error: string
  /** The sentence after `AADSTSnnnn: `. */
  message: string
  /** HTTP status at the token endpoint; 401 for `invalid_client`, else 400. */
  status?: number
  suberror?: string
  /** `error_subcode` of an answer of `/authorize`. */
  subcode?: 'cancel'
  /** A claims request, serialized. */
  claims?: string
  /** Seconds for Retry-After. */
  retryAfter?: number
}

/** A refusal in the platform's own terms. */
export class AadstsError extends Error {
  override readonly name = 'AadstsError'
  readonly code: number
  readonly error: string
  readonly status: number
  readonly suberror: string | undefined
  readonly subcode: 'cancel' | undefined
  readonly claims: string | undefined
  readonly retryAfter: number | undefined

  constructor(options: AadstsErrorOptions) {
    super(options.message)
    this.code = options.code
    this.error = options.error
    this.status = options.status ?? (options.error === 'invalid_client' ? 401 : 400)
    this.suberror = options.suberror
    this.subcode = options.subcode
    this.claims = options.claims
    this.retryAfter = options.retryAfter
  }
}
