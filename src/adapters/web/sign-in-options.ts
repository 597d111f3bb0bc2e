import type { SignInOptions } from '../../middleware/sign-in-options.js'
import { ConfigurationError } from '../../protocol/configuration-error.js'

/** The options of `signIn()` where no session middleware is: the sign-in is in a cookie of ours. */
export interface CookieSignInOptions extends SignInOptions {
  /** Always `cookie`: who is signed in is sealed in one cookie, the tokens are in the `store`. */
  readonly session?: 'cookie'
}

/** @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) for sessions that do not exist here. */
export function withCookieSession(options: SignInOptions): SignInOptions {
  if (options.session === undefined || options.session === 'cookie') {
    return { ...options, session: 'cookie' }
  }
  throw new ConfigurationError({
    message:
      `signIn(): session is ${JSON.stringify(options.session)}. Expected 'cookie', or leave it ` +
      'out: Web requests bring no session of a framework.',
    option: 'signIn.session',
  })
}
