import type { AcquisitionSettings } from '../acquisition/acquisition-settings.js'
import type { TokenOptions, TokenSource } from '../acquisition/token-source.js'
import { wantedToken } from '../acquisition/wanted-token.js'
import type { Account } from '../protocol/account.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import type { UserName } from '../sign-in/tombstones.js'
import type { NonEmpty } from '../validation/requirement.js'
import { createAdminConsent, type AdminConsentSettings } from './admin-consent.js'
import type { AdminConsentOptions } from './admin-consent-options.js'
import { createApiErrors, isChallenge } from './api-errors.js'
import type { ErrorDetail } from './error-page.js'
import { checkPageRequirement, type PageRequirement } from './page-guard.js'
import type { RequestView } from './request-view.js'
import { createSignInCore, type SignInCore, type SignInSettings } from './sign-in-core.js'
import type { SignInOptions } from './sign-in-options.js'
import type { ErrorStep, PluginStep, Step } from './step.js'

/** The part of an instance that serves people: pages for the signed-in user. */
export interface PagesCore {
  signIn(options: SignInOptions): PluginStep
  requireSignIn(requirement: PageRequirement): Step
  requireToken(scopes: NonEmpty<string>, options?: TokenOptions): Step
  adminConsent(options: AdminConsentOptions): PluginStep
  errors(): ErrorStep
  account(request: RequestView): Account
  accountIfAny(request: RequestView): Account | undefined
  forUser(request: RequestView): TokenSource
  accountOfUpgrade(request: RequestView): Promise<Account>
  signOutEverywhere(user: UserName): Promise<void>
}

export interface PagesSettings {
  /** Settles what sign-in needs when `signIn()` is called; an API never calls it. */
  readonly signIn: () => SignInSettings
  /** The same for admin consent. */
  readonly adminConsent: () => AdminConsentSettings
  readonly onAdminConsent: (path: string) => void
  readonly acquisition: AcquisitionSettings
  readonly errorDetail: ErrorDetail
}

export function createPagesCore(settings: PagesSettings): PagesCore {
  const { acquisition } = settings
  let pages: SignInCore | undefined
  let hasAdminConsent = false
  const answerApi = createApiErrors(settings.errorDetail)

  /** Guards may be made before signIn() is mounted, in another module; requests come after. */
  function mounted(): SignInCore {
    if (pages !== undefined) return pages
    throw new ConfigurationError({
      message:
        'Nothing signs users in: identity.signIn() is not mounted. Mount it after the session ' +
        'middleware and before the routes: app.use(identity.signIn()). In an API, whose callers a guard ' +
        'such as requireScopes() lets in, use identity.caller(req) and identity.onBehalfOf(req).',
      option: 'signIn',
    })
  }

  return {
    signIn(options) {
      if (pages !== undefined) throw mountedTwice('signIn')
      pages = createSignInCore(settings.signIn(), options)
      return pages.signIn
    },
    requireSignIn(requirement) {
      checkPageRequirement(requirement)
      let guard: Step | undefined
      return (request) => {
        guard ??= mounted().pageGuard(requirement)
        return guard(request)
      }
    },
    requireToken(scopes, tokenOptions = {}) {
      wantedToken({ scopes, ...tokenOptions }, 'user', acquisition)
      return (request) => {
        const core = mounted()
        return core.requireToken((view) => core.forUser(view).token(scopes, tokenOptions))(request)
      }
    },
    adminConsent(options) {
      if (hasAdminConsent) throw mountedTwice('adminConsent')
      const { start, step } = createAdminConsent(settings.adminConsent(), options)
      hasAdminConsent = true
      settings.onAdminConsent(start)
      return step
    },
    errors: () => (request, error) =>
      pages === undefined || isChallenge(error)
        ? answerApi(request, error)
        : pages.errors(request, error),
    account: (request) => mounted().accounts.of(request.key),
    accountIfAny: (request) => pages?.accounts.ifAny(request.key),
    forUser: (request) => mounted().forUser(request),
    accountOfUpgrade: async (request) => mounted().accountOfUpgrade(request),
    signOutEverywhere: async (user) => mounted().signOutEverywhere(user),
  }
}

function mountedTwice(option: string): ConfigurationError {
  return new ConfigurationError({
    message: `${option}() was called twice on one entra(). Call it once, and mount what it returns once.`,
    option,
  })
}
