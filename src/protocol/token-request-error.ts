import { EntraError } from './entra-error.js'

/**
 * A client library asked `credential().getToken()` for what this source of tokens cannot give:
 * another tenant, a claims request that is none, a token bound to a key. Thrown before anything is
 * sent.
 */
export class TokenRequestError extends EntraError {
  readonly code = 'ERR_ENTRA_TOKEN_REQUEST'

  constructor(message: string) {
    super(message, { status: 500 })
  }
}
