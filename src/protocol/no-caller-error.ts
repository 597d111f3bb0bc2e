import { EntraError } from './entra-error.js'

/** A handler asked for the API's caller, and no guard of this app ran before it: a mistake in the routes. */
export class NoCallerError extends EntraError {
  readonly code = 'ERR_ENTRA_NO_CALLER'

  constructor() {
    super(
      'There is no caller: no guard of this entra() ran before the handler. Put requireScopes() or ' +
        'another guard in front of the route, or use callerIfAny() where a caller is optional.',
      { status: 500 },
    )
  }
}
