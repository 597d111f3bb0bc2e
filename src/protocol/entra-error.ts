/** The codes of every error this library throws; each has a heading in docs/errors.md. */
export type EntraErrorCode =
  | 'ERR_ENTRA_CONFIGURATION'
  | 'ERR_ENTRA_TOKEN_MISSING'
  | 'ERR_ENTRA_REQUEST_INVALID'
  | 'ERR_ENTRA_TOKEN_INVALID'
  | 'ERR_ENTRA_SCOPE_MISSING'
  | 'ERR_ENTRA_ACCESS_DENIED'
  | 'ERR_ENTRA_CLAIMS_REQUIRED'
  | 'ERR_ENTRA_PLATFORM_UNAVAILABLE'
  | 'ERR_ENTRA_NO_CALLER'
  | 'ERR_ENTRA_NOT_DELEGATED'
  | 'ERR_ENTRA_SCOPES_INVALID'
  | 'ERR_ENTRA_INTERACTION_REQUIRED'
  | 'ERR_ENTRA_CONSENT_REQUIRED'
  | 'ERR_ENTRA_ADMIN_CONSENT_REQUIRED'
  | 'ERR_ENTRA_CREDENTIAL_REJECTED'
  | 'ERR_ENTRA_REQUEST_REFUSED'
  | 'ERR_ENTRA_THROTTLED'
  | 'ERR_ENTRA_EGRESS_REFUSED'
  | 'ERR_ENTRA_GRAPH_REQUEST'
  | 'ERR_ENTRA_API_REQUEST'
  | 'ERR_ENTRA_TOKEN_REQUEST'
  | 'ERR_ENTRA_SIGN_IN_REQUIRED'
  | 'ERR_ENTRA_SIGN_IN_REFUSED'
  | 'ERR_ENTRA_CALLBACK_INVALID'
  | 'ERR_ENTRA_FORGED_REQUEST'
  | 'ERR_ENTRA_FORM_INVALID'
  | 'ERR_ENTRA_SESSION_UNAVAILABLE'

export interface EntraErrorDetail {
  /** HTTP status the framework answers with. */
  readonly status: number
  /** Response headers that belong to the answer, such as `WWW-Authenticate`. */
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * What every error of this library is. `status`, `statusCode`, `headers` and `expose` are the
 * names that the default error handlers of Express, Koa and Fastify honour, so an error that
 * nobody handles still answers correctly. The message never holds a token, a secret or text
 * taken from the request.
 */
export abstract class EntraError extends Error {
  abstract readonly code: EntraErrorCode
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /**
   * The answer as Hono's own error handling asks for it, and whatever else answers with Web
   * responses. A fault of the program (500) has none: it is reported, not answered quietly. Who asks
   * for that of a failure elsewhere (502, 504) has it printed.
   */
  declare readonly getResponse?: () => Response

  protected constructor(message: string, detail: EntraErrorDetail) {
    super(message)
    this.status = detail.status
    this.headers = Object.freeze({ ...detail.headers })
    if (detail.status !== 500) {
      Object.defineProperty(this, 'getResponse', { value: () => responseTo(this) })
    }
  }

  override get name(): string {
    return this.constructor.name
  }

  get statusCode(): number {
    return this.status
  }

  /** True when the message may be shown to the one who sent the request. */
  get expose(): boolean {
    return this.status < 500
  }
}

function responseTo(error: EntraError): Response {
  const { status, headers, expose, message } = error
  // Hono prints nothing of an error that has an answer, and the sender can do nothing about this one.
  // eslint-disable-next-line no-console -- what every framework does with an error that nobody handles
  if (!expose && status !== 503) console.error(error)
  return new Response(expose ? message : null, { status, headers })
}

/**
 * The answer to a request rather than a fault in the program: it carries no stack trace, which
 * would cost time under a flood of bad requests and could reach the answer's body.
 */
export abstract class Refusal extends EntraError {
  protected constructor(message: string, detail: EntraErrorDetail) {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    super(message, detail)
    Error.stackTraceLimit = limit
  }
}
