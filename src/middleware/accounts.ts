import type { Account } from '../protocol/account.js'
import { SignInRequiredError } from '../protocol/sign-in-errors.js'
import type { SignedIn } from '../sign-in/sign-in-records.js'

/**
 * Who is signed in with which request, known to one instance only: two `entra()` in one program
 * never see each other's users, and nothing is written on the request.
 */
export interface Accounts {
  remember(request: object, signedIn: SignedIn | undefined): void
  /** @throws SignInRequiredError (ERR_ENTRA_SIGN_IN_REQUIRED) when nobody is. */
  of(request: object): Account
  ifAny(request: object): Account | undefined
  signedInOf(request: object): SignedIn | undefined
  /** Whether the session of this request was looked at already. */
  isKnown(request: object): boolean
}

export function createAccounts(): Accounts {
  const known = new WeakMap<object, SignedIn | undefined>()
  return {
    remember: (request, signedIn) => void known.set(request, signedIn),
    of(request) {
      const signedIn = known.get(request)
      if (signedIn === undefined) throw new SignInRequiredError()
      return signedIn.account
    },
    ifAny: (request) => known.get(request)?.account,
    signedInOf: (request) => known.get(request),
    isKnown: (request) => known.has(request),
  }
}
