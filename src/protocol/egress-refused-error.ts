import { EntraError } from './entra-error.js'

/** A token was about to be sent where it must not go: plain http, or not the API it is for. */
export class EgressRefusedError extends EntraError {
  readonly code = 'ERR_ENTRA_EGRESS_REFUSED'

  constructor(message: string) {
    super(message, { status: 500 })
  }
}
