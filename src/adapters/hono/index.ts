import type { Context, ErrorHandler, MiddlewareHandler } from 'hono'
import { webHost } from '../../host/web.js'
import type { AdminConsentOptions } from '../../middleware/admin-consent-options.js'
import type { ApiGuards } from '../../middleware/api-guards.js'
import type { ApiOptions } from '../../middleware/api-options.js'
import type { EntraOptions } from '../../middleware/entra-options.js'
import { createIdentity, type DefaultWithNeeds, type Identity } from '../../middleware/identity.js'
import type { PageRequirement } from '../../middleware/page-guard.js'
import type { ProtectedResourceOptions } from '../../middleware/protected-resource.js'
import type { RequestView } from '../../middleware/request-view.js'
import type { ErrorStep, Step } from '../../middleware/step.js'
import type { Account } from '../../protocol/account.js'
import type { Caller } from '../../protocol/caller.js'
import { ConfigurationError } from '../../protocol/configuration-error.js'
import type { NonEmpty } from '../../validation/requirement.js'
import { createPendingHeaders } from '../web/pending-headers.js'
import { webViewOf } from '../web/request-view.js'
import { withCookieSession, type CookieSignInOptions } from '../web/sign-in-options.js'
import { honoFormOf } from './form.js'
import { addHeaders, responseOf } from './response.js'

export type { AdminConsentOptions, ApiOptions, EntraOptions, ProtectedResourceOptions }
export type { CookieSignInOptions as SignInOptions }

/** What guards leave on the context: `c.var.caller` behind the guards of an API. */
export interface CallerEnv {
  Variables: { caller: Caller }
}

/** `c.var.account` behind `requireSignIn()` and `requireToken()`. */
export interface AccountEnv {
  Variables: { account: Account }
}

/** `c.var.account` behind `signIn()`: undefined when nobody is signed in. */
export interface SignInEnv {
  Variables: { account?: Account }
}

type Common<Api extends string> = Identity<
  Context,
  MiddlewareHandler,
  ErrorHandler,
  Context,
  MiddlewareHandler,
  Api
>

/** Microsoft Entra ID for a Hono app. */
export interface HonoIdentity<Api extends string = string>
  extends
    Omit<
      Common<Api>,
      keyof ApiGuards<unknown> | 'signIn' | 'requireSignIn' | 'requireToken' | 'errors'
    >,
    ApiGuards<MiddlewareHandler<CallerEnv>> {
  /**
   * Signs users in: serves the login, callback and logout routes, and knows on every other path who
   * is signed in, from a sealed cookie of this library. Mount it before the routes.
   *
   * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) without credential, `baseUrl` or `secret`.
   */
  signIn(options?: CookieSignInOptions): MiddlewareHandler<SignInEnv>
  /**
   * Lets a signed-in user through; sends a person to sign in, answers a program 401. With a
   * requirement it sends a signed-in user back for what the sign-in lacks, once (step-up).
   *
   * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) for a requirement that is not well formed.
   */
  requireSignIn(requirement?: PageRequirement): MiddlewareHandler<AccountEnv>
  /**
   * Lets a signed-in user through for whom there is a token with these scopes; what only the user
   * can give, such as consent, is asked for by a redirect before the handler runs.
   *
   * @throws ScopesInvalidError (ERR_ENTRA_SCOPES_INVALID) at construction.
   */
  requireToken(...scopes: NonEmpty<string> | DefaultWithNeeds): MiddlewareHandler<AccountEnv>
  /**
   * Answers what this library's guards and token sources throw. Other errors go to `otherwise`, and
   * without it they are answered as Hono answers them by itself.
   *
   * @example app.onError(identity.errors())
   */
  errors(otherwise?: ErrorHandler): ErrorHandler
}

/** Answers an error, or leaves it to others. */
type AnswerError = (error: unknown, context: Context) => Promise<Response | undefined>

/**
 * One app registration in a Hono app.
 *
 * @param options Left out, everything comes from the environment.
 * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) naming what is missing or wrong.
 * @example
 * const identity = entra({ tenant: 'contoso.onmicrosoft.com', clientId: '…' })
 * app.get('/tasks', identity.requireScopes('Tasks.Read'), (c) => c.json({ owner: c.var.caller.objectId }))
 * app.onError(identity.errors())
 */
export function entra<Api extends string = string>(
  options: EntraOptions<Api> = {},
): HonoIdentity<Api> {
  const pending = createPendingHeaders()
  const entered = new WeakSet<Context>()
  const identity = createIdentity<Context, MiddlewareHandler, AnswerError, Context>(options, {
    host: webHost,
    viewOf,
    viewOfUpgrade: viewOf,
    mount,
    mountPlugin: mount,
    mountErrors,
  })
  const answerError = identity.errors()

  function viewOf(context: Context): RequestView {
    return webViewOf(context.req.raw, {
      key: context,
      form: () => honoFormOf(context),
      addHeaders: (headers) => pending.add(context, headers),
    })
  }

  function mount(step: Step): MiddlewareHandler {
    return async function entrada(context, next) {
      const isOutermost = !entered.has(context)
      entered.add(context)
      try {
        const reply = await step(viewOf(context))
        if (reply !== undefined) {
          context.res = responseOf(context, reply)
          return
        }
        tell(context)
        await next()
      } finally {
        // Last of all, since a handler's own Response drops what was set before it.
        if (isOutermost) addHeaders(context, pending.take(context))
      }
    }
  }

  /** Typed variables; what belongs to one instance only is asked of that instance. */
  function tell(context: Context): void {
    const caller = identity.callerIfAny(context)
    const account = identity.accountIfAny(context)
    if (caller !== undefined) context.set('caller', caller)
    if (account !== undefined) context.set('account', account)
  }

  function mountErrors(step: ErrorStep): AnswerError {
    return async function entradaErrors(error, context) {
      const reply = await step(viewOf(context), error)
      return reply && responseOf(context, reply)
    }
  }

  return Object.freeze({
    ...identity,
    signIn: (signInOptions: CookieSignInOptions = {}) =>
      identity.signIn(withCookieSession(signInOptions)),
    errors:
      (otherwise: ErrorHandler = asHonoDoes): ErrorHandler =>
      async (error, context) => {
        if (typeof context === 'function') throw mountedAsMiddleware()
        return (await answerError(error, context)) ?? otherwise(error, context)
      },
  })
}

/** Middleware is called with a context and what comes next, and not with an error. */
function mountedAsMiddleware(): ConfigurationError {
  return new ConfigurationError({
    message:
      'identity.errors() was mounted as middleware. Hono takes it as its error handler: app.onError(identity.errors()).',
    option: 'errors',
  })
}

/** Hono's own error handling, which it does not give away. */
const asHonoDoes: ErrorHandler = (error, context) => {
  if ('getResponse' in error) {
    const response = error.getResponse()
    return context.newResponse(response.body, response)
  }
  // eslint-disable-next-line no-console -- where Hono reports what nobody has handled
  console.error(error)
  return context.text('Internal Server Error', 500)
}
