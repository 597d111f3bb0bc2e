import { apiNamed } from '../acquisition/api-client.js'
import type { ForAppOptions } from '../acquisition/app-only.js'
import type { TokenOptions, TokenSource } from '../acquisition/token-source.js'
import type { Host } from '../host/host.js'
import type { Account } from '../protocol/account.js'
import { after } from '../protocol/at-once.js'
import { isCaller, type Caller } from '../protocol/caller.js'
import type { UserName } from '../sign-in/tombstones.js'
import type { NonEmpty } from '../validation/requirement.js'
import type { AdminConsentOptions } from './admin-consent-options.js'
import { createApiGuards, type ApiGuards, type Guard } from './api-guards.js'
import type { EntraOptions } from './entra-options.js'
import { createInstance } from './instance.js'
import { createNamedApi, type NamedApi } from './named-api.js'
import type { ProtectedResourceOptions } from './protected-resource.js'
import type { PageRequirement } from './page-guard.js'
import type { RequestView } from './request-view.js'
import type { SignInOptions } from './sign-in-options.js'
import type { ErrorStep, PluginStep, Step } from './step.js'
import { calledFirst } from './called-first.js'

/**
 * One app registration in a web app, with the words that are the same in every framework.
 * `Request` is what a handler of the framework is given, `Handler` what stands in front of one,
 * `Plugin` what is mounted for all paths (in most frameworks those two are the same), and `Api` the
 * names of `entra({ apis })`.
 */
export interface Identity<
  Request,
  Handler,
  ErrorHandler,
  Upgrade,
  Plugin = Handler,
  Api extends string = string,
> extends ApiGuards<Handler> {
  /**
   * Who called this API.
   *
   * @throws NoCallerError (ERR_ENTRA_NO_CALLER) when no guard of this instance ran.
   */
  caller(request: Request): Caller
  /** Who called this API; undefined when no guard of this instance ran. */
  callerIfAny(request: Request): Caller | undefined
  /**
   * Verifies an access token that came by another way than a request, such as a WebSocket.
   *
   * @throws TokenInvalidError (ERR_ENTRA_TOKEN_INVALID), PlatformUnavailableError
   *   (ERR_ENTRA_PLATFORM_UNAVAILABLE).
   */
  verifyToken(token: string): Promise<Caller>
  /**
   * Serves this API's protected resource metadata at the well-known address that `resourceUrl`
   * gives, for clients that find out by themselves where to get a token and which scopes there are.
   * Mount it for all paths, before the guards.
   *
   * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) without `resourceUrl`.
   * @see https://www.rfc-editor.org/rfc/rfc9728
   */
  protectedResourceMetadata(options?: ProtectedResourceOptions): Plugin
  /**
   * Forgets the platform's signing keys, and with them every token that was verified: the next
   * request fetches them anew. For the news that a key is compromised; rotation needs no call.
   */
  purgeKeys(): void
  /**
   * Tokens for other APIs on behalf of the user who called this one.
   *
   * @param request The request that a guard let through, or a caller that this instance has verified,
   *   such as `verifyToken()` gives.
   * @throws NoCallerError (ERR_ENTRA_NO_CALLER), NotDelegatedError (ERR_ENTRA_NOT_DELEGATED) for
   *   an app-only caller, ConfigurationError (ERR_ENTRA_CONFIGURATION) without a credential.
   */
  onBehalfOf(request: Request | Caller): TokenSource<Api>
  /**
   * Tokens of the app itself, without a user.
   *
   * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) without a credential.
   */
  forApp(options?: ForAppOptions): TokenSource<Api>
  /**
   * Another API by its name in `entra({ apis })`, to be called for the user of a request or for the
   * app. Ask for it where the program starts: a name that is none is found out there.
   *
   * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) when there is no API of that name.
   * @example
   * const tasks = identity.api('tasks')
   * app.get('/list', async (req, res) => res.json(await tasks.forUser(req).get('/list')))
   */
  api(name: Api): NamedApi<Request>

  /**
   * Signs users in: serves the login, callback and logout routes, and knows on every other path who
   * is signed in. Mount it after the session middleware and before the routes.
   *
   * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) without credential, `baseUrl` or `secret`.
   * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
   */
  signIn(options?: SignInOptions): Plugin
  /**
   * Lets a signed-in user through; sends a person to sign in, answers a program 401. With a
   * requirement it sends a signed-in user back for what the sign-in lacks, once (step-up).
   *
   * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) for a requirement that is not well formed.
   * @see https://learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context
   * @example app.post('/transfer', identity.requireSignIn({ acrs: 'c1' }), transfer)
   */
  requireSignIn(requirement?: PageRequirement): Handler
  /**
   * Lets a signed-in user through for whom there is a token with these scopes; what only the user
   * can give, such as consent, is asked for by a redirect before the handler runs.
   *
   * @param scopes Of one API; without a resource they are Microsoft Graph's. After a `.default` scope
   *   `{ needs }` may name what its token has to hold: while that is missing the user is asked once
   *   more for everything that is registered.
   * @throws ScopesInvalidError (ERR_ENTRA_SCOPES_INVALID) at construction.
   * @example app.get('/inbox', identity.requireToken('Mail.Read'), inbox)
   */
  requireToken(...scopes: NonEmpty<string> | DefaultWithNeeds): Handler
  /**
   * Lets an administrator consent for the whole organization: `/auth/admin-consent` leads to the
   * platform's page and `/auth/admin-consent/callback`, which has to be a redirect URI of the
   * registration, takes its answer. Once it is mounted, errors and pages that need an administrator
   * lead there.
   *
   * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) without `baseUrl` or `secret`, and
   *   ScopesInvalidError (ERR_ENTRA_SCOPES_INVALID) for scopes that cannot be asked for.
   * @see https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
   */
  adminConsent(options?: AdminConsentOptions): Plugin
  /**
   * Answers what this library's guards and token sources throw: a redirect to sign-in or consent, a
   * page for a person, JSON for a program, a challenge for an API's caller. Faults of the program
   * are left to the framework.
   */
  errors(): ErrorHandler
  /**
   * The signed-in user.
   *
   * @throws SignInRequiredError (ERR_ENTRA_SIGN_IN_REQUIRED) when nobody is signed in.
   */
  account(request: Request): Account
  /** The signed-in user; undefined when nobody is signed in. */
  accountIfAny(request: Request): Account | undefined
  /**
   * Tokens for other APIs for the signed-in user, renewed without the user while that is possible.
   *
   * @throws SignInRequiredError (ERR_ENTRA_SIGN_IN_REQUIRED) when nobody is signed in.
   */
  forUser(request: Request): TokenSource<Api>
  /**
   * Who is signed in with a request that changes protocols, such as a WebSocket's. The session
   * middleware must have run on it, unless the session is `cookie`.
   *
   * @throws ForgedRequestError (ERR_ENTRA_FORGED_REQUEST) when it does not come from a page at one
   *   of `baseUrl`, since browsers let any site open a WebSocket with the user's cookies;
   *   SignInRequiredError (ERR_ENTRA_SIGN_IN_REQUIRED) when nobody is signed in.
   * @example
   * server.on('upgrade', async (request, socket) => {
   *   const account = await identity.accountOfUpgrade(request).catch(() => undefined)
   *   if (account === undefined) return socket.destroy()
   * })
   */
  accountOfUpgrade(request: Upgrade): Promise<Account>
  /**
   * Ends every sign-in of a user in this app, on all devices: in every process within the time the
   * shared `store` takes, or in this process alone without one. Sign-ins from now on count again.
   *
   * @param user The signed-in user of a request, or tenant and object id of any user.
   * @throws SignInRequiredError (ERR_ENTRA_SIGN_IN_REQUIRED) for a request nobody is signed in with;
   *   SessionUnavailableError (ERR_ENTRA_SESSION_UNAVAILABLE) when the store fails.
   */
  signOutEverywhere(user: Request | UserName): Promise<void>
  /** For the `form-action` directive of a Content-Security-Policy: sign-out is a form that leads to Entra. */
  readonly formActionSources: readonly string[]
}

/** A `.default` scope, and the permissions that its token has to hold. */
export type DefaultWithNeeds = readonly [scope: string, options: Required<TokenOptions>]

/** What an adapter knows of its framework. */
export interface Socket<Request, Handler, ErrorHandler, Upgrade, Plugin = Handler> {
  readonly host: Host
  viewOf(request: Request): RequestView
  viewOfUpgrade(request: Upgrade): RequestView
  /** Sends what the step answers, or goes on; what it throws goes to the framework. */
  mount(step: Step): Handler
  /** The same for a step that looks at every request, and answers some paths of its own. */
  mountPlugin(step: PluginStep): Plugin
  /** Sends what the step answers to an error, or leaves the error to the framework. */
  mountErrors(step: ErrorStep): ErrorHandler
}

/** Gives an instance the words of one framework. */
export function createIdentity<
  Request extends object,
  Handler,
  ErrorHandler,
  Upgrade,
  Plugin = Handler,
>(
  options: EntraOptions,
  socket: Socket<Request, Handler, ErrorHandler, Upgrade, Plugin>,
): Identity<Request, Handler, ErrorHandler, Upgrade, Plugin> {
  const { api, pages, apis, formActionSources } = createInstance(options, socket.host)
  const viewOf = (request: Request) => socket.viewOf(request)
  const keyOf = (request: Request) => viewOf(request).key
  const sources = {
    onBehalfOf(from: Request | Caller): TokenSource {
      if (isCaller(from)) return api.onBehalfOf(from)
      const view = viewOf(from)
      return api.onBehalfOf(api.callers.of(view.key), api.correlationOf(view))
    },
    forApp: (appOptions?: ForAppOptions) => api.forApp(appOptions),
    forUser: (request: Request) => pages.forUser(viewOf(request)),
  }
  return Object.freeze({
    ...calledGuards(
      createApiGuards((requirement) => socket.mount(asStep(api.guards.requireAccess(requirement)))),
    ),
    caller: (request: Request) => api.callers.of(keyOf(request)),
    callerIfAny: (request: Request) => api.callers.ifAny(keyOf(request)),
    verifyToken: (token: string) => api.verifyToken(token),
    protectedResourceMetadata: calledFirst(
      'protectedResourceMetadata',
      (resourceOptions: ProtectedResourceOptions = {}) =>
        socket.mountPlugin(api.protectedResourceMetadata(resourceOptions)),
    ),
    purgeKeys: () => {
      api.purgeKeys()
    },
    ...sources,
    api: (name: string) => createNamedApi(apiNamed(name, { apis }).name, sources),

    signIn: calledFirst('signIn', (signInOptions: SignInOptions = {}) =>
      socket.mountPlugin(pages.signIn(signInOptions)),
    ),
    requireSignIn: calledFirst('requireSignIn', (requirement: PageRequirement = {}) =>
      socket.mount(pages.requireSignIn(requirement)),
    ),
    requireToken: calledFirst('requireToken', (...scopes: NonEmpty<string> | DefaultWithNeeds) =>
      socket.mount(
        isWithNeeds(scopes)
          ? pages.requireToken([scopes[0]], scopes[1])
          : pages.requireToken(scopes),
      ),
    ),
    adminConsent: calledFirst('adminConsent', (consentOptions: AdminConsentOptions = {}) =>
      socket.mountPlugin(pages.adminConsent(consentOptions)),
    ),
    errors: calledFirst('errors', () => socket.mountErrors(pages.errors())),
    account: (request: Request) => pages.account(viewOf(request)),
    accountIfAny: (request: Request) => pages.accountIfAny(viewOf(request)),
    accountOfUpgrade: (request: Upgrade) => pages.accountOfUpgrade(socket.viewOfUpgrade(request)),
    signOutEverywhere: async (user: Request | UserName) =>
      pages.signOutEverywhere(isUserName(user) ? user : pages.account(viewOf(user))),
    formActionSources,
  })
}

function calledGuards<Handler>(guards: ApiGuards<Handler>): ApiGuards<Handler> {
  const makers = Object.entries(guards) as [string, (...given: readonly unknown[]) => Handler][]
  const called = makers.map(([name, make]) => [name, calledFirst(name, make)])
  return Object.fromEntries(called) as ApiGuards<Handler> // the same names, each called as before
}

function isUserName(user: object): user is UserName {
  const { tenantId, objectId } = user as Partial<UserName> // an object; its fields are looked at
  return typeof tenantId === 'string' && typeof objectId === 'string'
}

function isWithNeeds(scopes: NonEmpty<string> | DefaultWithNeeds): scopes is DefaultWithNeeds {
  return typeof scopes[1] === 'object'
}

/** A guard answers nothing: it lets through, or throws. */
function asStep(guard: Guard): Step {
  return (request) => after(guard(request), () => undefined)
}
