import type { ForAppOptions } from '../acquisition/app-only.js'
import type { TokenSource } from '../acquisition/token-source.js'
import type { Host } from '../host/host.js'
import type { Account } from '../protocol/account.js'
import type { Caller } from '../protocol/caller.js'
import type { NonEmpty } from '../validation/requirement.js'
import { createApiGuards, type ApiGuards, type Guard } from './api-guards.js'
import type { EntraOptions } from './entra-options.js'
import { createInstance } from './instance.js'
import type { RequestView } from './request-view.js'
import type { SignInOptions } from './sign-in-options.js'
import type { ErrorStep, Step } from './step.js'

/**
 * One app registration in a web app, with the words that are the same in every framework.
 * `Request` is what a handler of the framework is given, `Handler` what the framework mounts.
 */
export interface Identity<Request, Handler, ErrorHandler> extends ApiGuards<Handler> {
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
   * Tokens for other APIs on behalf of the user who called this one.
   *
   * @throws NoCallerError (ERR_ENTRA_NO_CALLER), NotDelegatedError (ERR_ENTRA_NOT_DELEGATED) for
   *   an app-only caller, ConfigurationError (ERR_ENTRA_CONFIGURATION) without a credential.
   */
  onBehalfOf(request: Request): TokenSource
  /**
   * Tokens of the app itself, without a user.
   *
   * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) without a credential.
   */
  forApp(options?: ForAppOptions): TokenSource

  /**
   * Signs users in: serves the login, callback and logout routes, and knows on every other path who
   * is signed in. Mount it after the session middleware and before the routes.
   *
   * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) without credential, `baseUrl` or `secret`.
   * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
   */
  signIn(options?: SignInOptions): Handler
  /** Lets a signed-in user through; sends a person to sign in, answers a program 401. */
  requireSignIn(): Handler
  /**
   * Lets a signed-in user through for whom there is a token with these scopes; what only the user
   * can give, such as consent, is asked for by a redirect before the handler runs.
   *
   * @param scopes Of one API; without a resource they are Microsoft Graph's.
   * @throws ScopesInvalidError (ERR_ENTRA_SCOPES_INVALID) at construction.
   */
  requireToken(...scopes: NonEmpty<string>): Handler
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
  forUser(request: Request): TokenSource
  /** For the `form-action` directive of a Content-Security-Policy: sign-out is a form that leads to Entra. */
  readonly formActionSources: readonly string[]
}

/** What an adapter knows of its framework. */
export interface Socket<Request, Handler, ErrorHandler> {
  readonly host: Host
  viewOf(request: Request): RequestView
  /** Sends what the step answers, or goes on; what it throws goes to the framework. */
  mount(step: Step): Handler
  /** Sends what the step answers to an error, or leaves the error to the framework. */
  mountErrors(step: ErrorStep): ErrorHandler
}

/** Gives an instance the words of one framework. */
export function createIdentity<Request, Handler, ErrorHandler>(
  options: EntraOptions,
  socket: Socket<Request, Handler, ErrorHandler>,
): Identity<Request, Handler, ErrorHandler> {
  const { api, pages, formActionSources } = createInstance(options, socket.host)
  const viewOf = (request: Request) => socket.viewOf(request)
  const keyOf = (request: Request) => viewOf(request).key
  return Object.freeze({
    ...createApiGuards((requirement) =>
      socket.mount(asStep(api.guards.requireAccess(requirement))),
    ),
    caller: (request: Request) => api.callers.of(keyOf(request)),
    callerIfAny: (request: Request) => api.callers.ifAny(keyOf(request)),
    verifyToken: (token: string) => api.verifyToken(token),
    onBehalfOf: (request: Request) => api.onBehalfOf(api.callers.of(keyOf(request))),
    forApp: (appOptions?: ForAppOptions) => api.forApp(appOptions),

    signIn: (signInOptions: SignInOptions = {}) => socket.mount(pages.signIn(signInOptions)),
    requireSignIn: () => socket.mount(pages.requireSignIn()),
    requireToken: (...scopes: NonEmpty<string>) => socket.mount(pages.requireToken(scopes)),
    errors: () => socket.mountErrors(pages.errors()),
    account: (request: Request) => pages.account(viewOf(request)),
    accountIfAny: (request: Request) => pages.accountIfAny(viewOf(request)),
    forUser: (request: Request) => pages.forUser(viewOf(request)),
    formActionSources,
  })
}

/** A guard answers nothing: it lets through, or throws. */
function asStep(guard: Guard): Step {
  return async (request) => {
    await guard(request)
    return undefined
  }
}
