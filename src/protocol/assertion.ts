import type { Caller } from './caller.js'

/** The verified access token of a caller, for the on-behalf-of grant. */
export interface Assertion {
  readonly token: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

// A private map rather than a property: nothing that prints, clones or serialises a caller can
// reach the token, and a caller made by hand has none.
const assertions = new WeakMap<Caller, Assertion>()

export function rememberAssertion(caller: Caller, assertion: Assertion): void {
  assertions.set(caller, Object.freeze({ ...assertion }))
}

/** The token a caller was verified from; undefined for an object that no guard made. */
export function assertionOf(caller: Caller): Assertion | undefined {
  return assertions.get(caller)
}
