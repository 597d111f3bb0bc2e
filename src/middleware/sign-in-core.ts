import type { Clock } from '../platform/clock.js'
import type { SignedInUser } from '../acquisition/for-user.js'
import type { TokenSource } from '../acquisition/token-source.js'
import { withMemory } from '../platform/remembering-sealer.js'
import { createSealer } from '../platform/seal.js'
import type { TokenEndpoint } from '../platform/token-endpoint.js'
import type { JwtVerifier } from '../platform/verified-jwt.js'
import { applicationMark } from '../protocol/application-mark.js'
import type { Account } from '../protocol/account.js'
import { after } from '../protocol/at-once.js'
import { authorityUrl, type Authority } from '../protocol/authority.js'
import type { SignInEvent } from '../protocol/events.js'
import { ForgedRequestError, SignInRequiredError } from '../protocol/sign-in-errors.js'
import type { TenantPolicy } from '../protocol/tenant-policy.js'
import { createCompletion } from '../sign-in/completion.js'
import { createHistories } from '../sign-in/history.js'
import { createRedemptions } from '../sign-in/redemptions.js'
import { createSignInFlow, signInScopesOf } from '../sign-in/sign-in-flow.js'
import { createSignedInSessions } from '../sign-in/signed-in.js'
import { createTombstones, type UserName } from '../sign-in/tombstones.js'
import { createTransactionCodec } from '../sign-in/transaction.js'
import { createSessionTokens, type SessionTokens } from '../stores/session-tokens.js'
import type { TokenStore } from '../stores/token-store.js'
import { createAccounts, type Accounts } from './accounts.js'
import { createArrivals } from './arrivals.js'
import { createCookieSessions } from './cookie-sessions.js'
import { cookiesOf, hostCookieName } from './cookies.js'
import { createErrands } from './errands.js'
import { createDepartures } from './departures.js'
import type { ErrorDetail } from './error-page.js'
import { createPageErrors } from './page-errors.js'
import { createPageGuard, type PageGuard, type SignedInWith } from './page-guard.js'
import { pathOf, type RequestView } from './request-view.js'
import { provenanceOf } from './same-origin.js'
import { routesByPath } from './routes-by-path.js'
import { createSendAway } from './send-away.js'
import { createFrameworkSessions } from './session-of.js'
import { createSignInReports } from './sign-in-reports.js'
import { createSignInRoutes } from './sign-in-routes.js'
import { signInChoicesOf, type SignInOptions } from './sign-in-options.js'
import { createSignOutRoutes } from './sign-out-routes.js'
import { createSilentAttempts } from './silent-attempts.js'
import { pluginStep, type Answer, type ErrorStep, type PluginStep, type Step } from './step.js'

export interface SignInSettings {
  readonly authority: Authority
  readonly clientId: string
  readonly tenants: TenantPolicy | undefined
  /** Public origins; the first is the default. */
  readonly baseUrls: readonly [string, ...string[]]
  /** The ring, the newest first. */
  readonly secrets: readonly string[]
  readonly clock: Clock
  readonly clockToleranceSeconds: number
  /** What the opened records of sessions may take. */
  readonly cacheBytes: number
  readonly tokenEndpoint: Pick<TokenEndpoint, 'exchangeConfiguration'>
  readonly verifier: Pick<JwtVerifier, 'verify'>
  /** Where all processes see who has signed out, and the tokens of cookie sessions. */
  readonly store: TokenStore | undefined
  /** The same, for what is better done twice than not at all; fails with StoreUnavailable. */
  readonly redemptionStore: TokenStore | undefined
  /** How much an answer in JSON tells about a refusal. */
  readonly errorDetail: ErrorDetail
  /** What this client can do, such as `cp1`. */
  readonly clientCapabilities?: readonly string[]
  /** Path at which an administrator consents, once that is mounted. */
  readonly adminConsentPath?: () => string | undefined
  /** Tokens for other APIs, out of the tokens that sessions hold. */
  readonly forUser: (tokens: SessionTokens) => (user: SignedInUser) => TokenSource
  /** GUID under which a request is found in logs. */
  readonly correlationOf: (request: RequestView) => string
  readonly onEvent: (event: SignInEvent) => void
  readonly warn: (message: string) => void
}

/** The part of an instance that signs users in. */
export interface SignInCore {
  /** Answers the sign-in's own routes; on every other path only looks who is signed in. */
  readonly signIn: PluginStep
  readonly requireSignIn: Step
  /** As `requireSignIn`, for sign-ins that prove more. */
  readonly pageGuard: PageGuard
  /** Signs the user in and then acquires: what only the user can give is asked for by redirect. */
  requireToken(acquire: (request: RequestView) => Promise<unknown>): Step
  readonly errors: ErrorStep
  readonly accounts: Accounts
  /** @throws SignInRequiredError (ERR_ENTRA_SIGN_IN_REQUIRED) when nobody is signed in. */
  forUser(request: RequestView): TokenSource
  /** Who is signed in with a request that changes protocols, when it comes from a page of ours. */
  accountOfUpgrade(request: RequestView): Promise<Account>
  signOutEverywhere(user: UserName): Promise<void>
}

export function createSignInCore(settings: SignInSettings, options: SignInOptions): SignInCore {
  const { clientId, clock, baseUrls: origins, onEvent: tell, warn } = settings
  const choices = signInChoicesOf(options)
  const sealer = withMemory(createSealer(settings.secrets), settings.cacheBytes)
  const lifetime = choices.absoluteLifetime
  const isSecure = origins[0].startsWith('https:') // as all of them are
  const cookieName = (kind: string) =>
    hostCookieName(`entrada-${kind}.${applicationMark(clientId)}`, isSecure)

  const accounts = createAccounts()
  const requestSessions =
    choices.session === 'framework'
      ? createFrameworkSessions(warn)
      : createCookieSessions({
          sealer,
          clientId,
          cookieName: cookieName('session'),
          secure: isSecure,
          lifetime: choices.idleLifetime,
          warn,
        })
  const { of: sessionOf } = requestSessions
  const histories = createHistories(settings)
  // Nobody is signed in who was not seen for the idle lifetime; who is seen prolongs it, and what
  // could not be prolonged once is there until the next time.
  const tokens = createSessionTokens({
    ...settings,
    sealer,
    lifetime: Math.min(2 * choices.idleLifetime, lifetime),
  })
  const tombstones = createTombstones({ ...settings, lifetime })
  const sessions = createSignedInSessions({
    ...choices,
    sealer,
    clock,
    clientId,
    tombstones,
    onActive: (session) => tokens.prolong(session),
    onEnd: ({ tenantId, objectId }, reason) => {
      tell({ type: 'session-expired', reason, tenantId, objectId })
    },
  })
  const transactions = createTransactionCodec({
    sealer,
    clock,
    clientId,
    authority: authorityUrl(settings.authority),
    cookieName: (name) => hostCookieName(name, isSecure),
  })
  const flow = createSignInFlow({
    ...settings,
    transactions,
    redemptions: createRedemptions({ clock, clientId, store: settings.redemptionStore }),
    origins,
    callbackPath: choices.routes.callback,
    scopes: signInScopesOf(choices.scopes, choices.silentRenewal),
    responseMode: choices.responseMode,
  })
  const forUser = settings.forUser(tokens)
  const { afterSignIn } = choices
  const complete = createCompletion({
    clock,
    sessions,
    tokens,
    histories,
    tombstones,
    keepSession: choices.keepSession,
    afterSignIn:
      afterSignIn && ((account, session) => afterSignIn(account, forUser({ ...account, session }))),
  })
  const departures = createDepartures({ flow, transactions, origins, choices, tell })
  const arrivals = createArrivals({
    sealer,
    clientId,
    cookieName,
    secure: isSecure,
    callbackPath: choices.routes.callback,
    isPending: async (request, state) =>
      (await flow.pendingFor(state, cookiesOf(request.header('cookie')))) !== undefined,
  })
  const errands = createErrands({ sealer, clock, clientId, loginPath: choices.routes.login })
  const sendAway = createSendAway({ departures, errands, page: choices.page })
  const silent = createSilentAttempts({
    departures,
    cookieName: cookieName('silent'),
    secure: isSecure,
  })
  const reports = createSignInReports({ tell, warn, origins })
  const routes = routesByPath(choices.routes, {
    ...createSignInRoutes({
      ...settings,
      flow,
      departures,
      errands,
      signedInWith,
      arrivals,
      complete,
      histories,
      sessionOf,
      reports,
      choices,
    }),
    ...createSignOutRoutes({
      ...settings,
      sealer,
      origins,
      departures,
      sessions,
      tokens,
      tombstones,
      sessionOf,
      choices,
      tell,
      afterwards: choices.silent ? [silent.notAgain] : [],
    }),
  })
  const errors = createPageErrors({
    ...settings,
    accounts,
    histories,
    departures,
    sendAway,
    sessionOf,
    choices,
  })
  const guardFor = createPageGuard({
    ...settings,
    loginPath: choices.routes.login,
    signedInWith,
    histories,
    sendAway,
    sessionOf,
    errors,
  })
  const pageGuard: PageGuard = (requirement) => committing(guardFor(requirement))
  const requireSignIn = pageGuard({})

  /** A guard may be the first to look at a request, and then notes that its user is active. */
  function committing(step: Step): Step {
    return (request) =>
      after(step(request), (reply) => after(requestSessions.commit(request), () => reply))
  }

  /** Looks once per request, however many guards ask. */
  function signedInWith(request: RequestView): ReturnType<SignedInWith> {
    if (accounts.isKnown(request.key)) return accounts.signedInOf(request.key)
    const found = after(
      requestSessions.open(request),
      (session) => session && sessions.read(session),
    )
    return after(found, (signedIn) => {
      accounts.remember(request.key, signedIn)
      return signedIn
    })
  }

  function signIn(request: RequestView): Answer | Promise<Answer> {
    const route = routes.get(pathOf(request))
    if (route !== undefined) return after(requestSessions.open(request), () => route(request))
    return after(signedInWith(request), (signedIn) =>
      signedIn === undefined && choices.silent ? silent.attempt(request) : undefined,
    )
  }

  return {
    accounts,
    errors,
    requireSignIn,
    pageGuard,
    signIn: pluginStep([...routes.keys()], committing(signIn)),
    requireToken: (acquire) =>
      async function requireToken(request) {
        const reply = await requireSignIn(request)
        if (reply !== undefined) return reply
        try {
          await acquire(request)
          return undefined
        } catch (error) {
          const answer = await errors(request, error)
          if (answer === undefined) throw error
          return answer
        }
      },
    forUser(request) {
      const signedIn = accounts.signedInOf(request.key)
      if (signedIn === undefined) throw new SignInRequiredError()
      const { tenantId, objectId } = signedIn.account
      const correlationId = settings.correlationOf(request)
      return forUser({ tenantId, objectId, session: sessionOf(request), correlationId })
    },
    async accountOfUpgrade(request) {
      // No page of another site may speak for the user; what is no browser sends no Origin (S28).
      if (provenanceOf(request, origins) !== 'ours') throw new ForgedRequestError()
      const signedIn = await signedInWith(request)
      if (signedIn === undefined) throw new SignInRequiredError(choices.routes.login)
      return signedIn.account
    },
    async signOutEverywhere(user) {
      await tombstones.buryAccount(user)
      await tokens.removeAllOf(user)
      tell({ type: 'signed-out', by: 'app', tenantId: user.tenantId, objectId: user.objectId })
    },
  }
}
