import { Refusal } from './entra-error.js'

/** The body of a request is not a urlencoded form, is cut off, or is too large: 400. */
export class FormInvalidError extends Refusal {
  readonly code = 'ERR_ENTRA_FORM_INVALID'

  constructor() {
    super('The request must carry a urlencoded form of reasonable size.', { status: 400 })
  }
}
