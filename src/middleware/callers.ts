import type { Caller } from '../protocol/caller.js'
import { NoCallerError } from '../protocol/no-caller-error.js'

/**
 * Who sent which request, known to one instance only: two `entra()` in one program never see each
 * other's callers, and nothing is written on the request.
 */
export interface Callers {
  remember(request: object, caller: Caller): void
  /** @throws NoCallerError (ERR_ENTRA_NO_CALLER) when no guard of this instance let it through. */
  of(request: object): Caller
  ifAny(request: object): Caller | undefined
}

export function createCallers(): Callers {
  const callers = new WeakMap<object, Caller>()
  return {
    remember: (request, caller) => void callers.set(request, caller),
    of(request) {
      const caller = callers.get(request)
      if (caller === undefined) throw new NoCallerError()
      return caller
    },
    ifAny: (request) => callers.get(request),
  }
}
