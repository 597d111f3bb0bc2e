import { SessionUnavailableError } from '../protocol/sign-in-errors.js'

/** Lets an outage of the store pass, for what can be done without it, or later. */
export function unlessStoreIsAway(error: unknown): void {
  if (!(error instanceof SessionUnavailableError)) throw error
}
