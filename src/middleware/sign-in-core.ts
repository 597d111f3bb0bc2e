import type { Clock } from '../platform/clock.js'
import { createSealer } from '../platform/seal.js'
import type { TokenEndpoint } from '../platform/token-endpoint.js'
import type { JwtVerifier } from '../platform/verified-jwt.js'
import { authorityUrl, type Authority } from '../protocol/authority.js'
import { SignInRequiredError } from '../protocol/sign-in-errors.js'
import type { TenantPolicy } from '../protocol/tenant-policy.js'
import { createCompletion } from '../sign-in/completion.js'
import { createHistories } from '../sign-in/history.js'
import { createSignInFlow, signInScopesOf } from '../sign-in/sign-in-flow.js'
import { createSignedInSessions, type SignedIn } from '../sign-in/signed-in.js'
import { createTombstones } from '../sign-in/tombstones.js'
import { createTransactionCodec } from '../sign-in/transaction.js'
import { createSessionTokens, type SessionTokens } from '../stores/session-tokens.js'
import type { TokenStore } from '../stores/token-store.js'
import { createAccounts, type Accounts } from './accounts.js'
import { hostCookieName } from './cookies.js'
import { createDepartures } from './departures.js'
import { createPageErrors } from './page-errors.js'
import { pathOf, type RequestView } from './request-view.js'
import { createSendAway } from './send-away.js'
import { sessionOf } from './session-of.js'
import { createSignInRoutes } from './sign-in-routes.js'
import { signInChoicesOf, type SignInOptions } from './sign-in-options.js'
import { createSignOutRoutes } from './sign-out-routes.js'
import type { ErrorStep, Step } from './step.js'

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
  readonly fetch: typeof fetch
  readonly tokenEndpoint: Pick<TokenEndpoint, 'exchangeConfiguration'>
  readonly verifier: Pick<JwtVerifier, 'verify'>
  /** Holds tombstones, and the tokens of cookie sessions. */
  readonly store: TokenStore
}

/** The part of an instance that signs users in. */
export interface SignInCore {
  /** Answers the sign-in's own routes; on every other path only looks who is signed in. */
  readonly signIn: Step
  readonly requireSignIn: Step
  /** Signs the user in and then acquires: what only the user can give is asked for by redirect. */
  requireToken(acquire: (request: RequestView) => Promise<unknown>): Step
  readonly errors: ErrorStep
  readonly accounts: Accounts
  /** The signed-in user's tokens, sealed in the session. */
  readonly tokens: SessionTokens
  /** The session of a request that needs one. */
  readonly sessionOf: typeof sessionOf
}

export function createSignInCore(settings: SignInSettings, options: SignInOptions): SignInCore {
  const { clientId, clock, baseUrls: origins, store } = settings
  const choices = signInChoicesOf(options)
  const sealer = createSealer(settings.secrets)
  const lifetime = choices.absoluteLifetime
  const isSecure = origins.every((origin) => origin.startsWith('https:'))

  const accounts = createAccounts()
  const histories = createHistories(settings)
  const tokens = createSessionTokens({ sealer, clientId, store, lifetime })
  const tombstones = createTombstones({ store, clientId, clock, lifetime })
  const sessions = createSignedInSessions({ ...choices, sealer, clock, clientId, tombstones })
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
    origins,
    callbackPath: choices.routes.callback,
    scopes: signInScopesOf(choices.scopes, choices.silentRenewal),
    responseMode: choices.responseMode,
  })
  const complete = createCompletion({ ...choices, clock, sessions, tokens, histories, tombstones })
  const departures = createDepartures({ flow, transactions, origins, choices })
  const sendAway = createSendAway({ departures, routes: choices.routes, page: choices.page })
  const routes = routesByPath({
    ...createSignInRoutes({ flow, departures, complete, histories, choices }),
    ...createSignOutRoutes({
      ...settings,
      sealer,
      origins,
      departures,
      sessions,
      tokens,
      tombstones,
      choices,
    }),
  })
  const errors = createPageErrors({ accounts, histories, departures, sendAway, choices })

  function routesByPath<Route>(byName: Record<keyof typeof choices.routes, Route>) {
    const { login, callback, logout, frontChannelLogout } = choices.routes
    return new Map([
      [login, byName.login],
      [callback, byName.callback],
      [logout, byName.logout],
      [frontChannelLogout, byName.frontChannelLogout],
    ])
  }

  /** Looks once per request, however many guards ask. */
  async function signedInWith(request: RequestView): Promise<SignedIn | undefined> {
    if (accounts.isKnown(request.key)) return accounts.signedInOf(request.key)
    const { session } = request
    const signedIn = session === undefined ? undefined : await sessions.read(session)
    accounts.remember(request.key, signedIn)
    return signedIn
  }

  async function requireSignIn(request: RequestView) {
    if ((await signedInWith(request)) !== undefined) return undefined
    sessionOf(request)
    const error = new SignInRequiredError(choices.routes.login)
    return sendAway(request, { error, content: {}, hints: {} })
  }

  return {
    accounts,
    tokens,
    sessionOf,
    errors,
    requireSignIn,
    async signIn(request) {
      const route = routes.get(pathOf(request))
      if (route !== undefined) return route(request)
      await signedInWith(request)
      return undefined
    },
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
  }
}

/** Origins that a form of the app may lead to by redirect, for helmet's `form-action`. */
export function formActionSourcesOf(authority: Authority): readonly string[] {
  return Object.freeze(["'self'", authority.origin])
}
