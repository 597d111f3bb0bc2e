import type { AcquisitionSettings } from '../acquisition/acquisition-settings.js'
import { createForUser } from '../acquisition/for-user.js'
import type { TokenSource } from '../acquisition/token-source.js'
import type { Account } from '../protocol/account.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import { SignInRequiredError } from '../protocol/sign-in-errors.js'
import type { NonEmpty } from '../validation/requirement.js'
import { createApiErrors } from './api-errors.js'
import type { RequestView } from './request-view.js'
import { createSignInCore, type SignInCore, type SignInSettings } from './sign-in-core.js'
import type { SignInOptions } from './sign-in-options.js'
import type { ErrorStep, Step } from './step.js'

/** The part of an instance that serves people: pages for the signed-in user. */
export interface PagesCore {
  signIn(options: SignInOptions): Step
  requireSignIn(): Step
  requireToken(scopes: NonEmpty<string>): Step
  errors(): ErrorStep
  account(request: RequestView): Account
  accountIfAny(request: RequestView): Account | undefined
  forUser(request: RequestView): TokenSource
}

interface SignedInPages {
  readonly core: SignInCore
  readonly forUser: (request: RequestView) => TokenSource
}

/**
 * @param settingsOf Settles what sign-in needs when `signIn()` is called; an API never calls it.
 */
export function createPagesCore(
  settingsOf: () => SignInSettings,
  acquisition: AcquisitionSettings,
): PagesCore {
  let pages: SignedInPages | undefined
  const answerApi = createApiErrors()

  /** Guards may be made before signIn() is mounted, in another module; requests come after. */
  function mounted(): SignedInPages {
    if (pages !== undefined) return pages
    throw new ConfigurationError({
      message:
        'Nothing signs users in: identity.signIn() is not mounted. Mount it after the session ' +
        'middleware and before the routes: app.use(identity.signIn()).',
      option: 'signIn',
    })
  }

  return {
    signIn(options) {
      if (pages !== undefined) throw mountedTwice()
      const core = createSignInCore(settingsOf(), options)
      pages = { core, forUser: forUserOf(core, acquisition) }
      return core.signIn
    },
    requireSignIn: () => (request) => mounted().core.requireSignIn(request),
    requireToken(scopes) {
      acquisition.plan({ scopes, purpose: 'user' })
      return (request) => {
        const { core, forUser } = mounted()
        return core.requireToken((view) => forUser(view).token(scopes))(request)
      }
    },
    errors: () => (request, error) =>
      pages === undefined ? answerApi(request, error) : pages.core.errors(request, error),
    account: (request) => mounted().core.accounts.of(request.key),
    accountIfAny: (request) => pages?.core.accounts.ifAny(request.key),
    forUser: (request) => mounted().forUser(request),
  }
}

function forUserOf(core: SignInCore, acquisition: AcquisitionSettings) {
  const forUser = createForUser({ ...acquisition, tokens: core.tokens })
  return (request: RequestView): TokenSource => {
    const signedIn = core.accounts.signedInOf(request.key)
    if (signedIn === undefined) throw new SignInRequiredError()
    const { tenantId, objectId } = signedIn.account
    return forUser({ tenantId, objectId, session: core.sessionOf(request) })
  }
}

function mountedTwice(): ConfigurationError {
  return new ConfigurationError({
    message:
      'signIn() was called twice on one entra(). Call it once, and mount what it returns once.',
    option: 'signIn',
  })
}
