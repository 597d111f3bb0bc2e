import { webHost } from '../../host/web.js'
import type { AdminConsentOptions } from '../../middleware/admin-consent-options.js'
import type { ApiOptions } from '../../middleware/api-options.js'
import type { EntraOptions } from '../../middleware/entra-options.js'
import { createIdentity, type Identity } from '../../middleware/identity.js'
import type { ProtectedResourceOptions } from '../../middleware/protected-resource.js'
import type { Header, Reply } from '../../middleware/reply.js'
import type { RequestView } from '../../middleware/request-view.js'
import type { ErrorStep, Step } from '../../middleware/step.js'
import { formOf } from '../web/form.js'
import { createPendingHeaders, putOn } from '../web/pending-headers.js'
import { webViewOf } from '../web/request-view.js'
import { withCookieSession, type CookieSignInOptions } from '../web/sign-in-options.js'

export type { AdminConsentOptions, ApiOptions, EntraOptions, ProtectedResourceOptions }
export type { CookieSignInOptions as SignInOptions }

/** Answers a request, or lets it go on by answering `undefined`. */
export type FetchStep = (request: Request) => Promise<Response | undefined>

/** Answers an error; rejects with the error itself when it is a fault of the program. */
export type FetchErrorHandler = (error: unknown, request: Request) => Promise<Response>

/** A function that a runtime or a router calls with a request, and with whatever it adds. */
export type FetchHandler<Incoming extends Request, Context extends readonly unknown[]> = (
  request: Incoming,
  ...context: Context
) => Promise<Response>

/** Microsoft Entra ID for whatever answers a Web `Request` with a `Response`. */
export interface FetchIdentity<Api extends string = string> extends Omit<
  Identity<Request, FetchStep, FetchErrorHandler, Request, FetchStep, Api>,
  'signIn'
> {
  /**
   * Signs users in: answers the login, callback and logout routes, and knows on every other path who
   * is signed in, from a sealed cookie of this library.
   *
   * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) without credential, `baseUrl` or `secret`.
   */
  signIn(options?: CookieSignInOptions): FetchStep
  /**
   * Puts steps, such as `signIn()` and guards, in front of a handler. The first one that answers is
   * the answer. What this library throws on the way is answered as `errors()` does; other errors
   * reject. The answer carries the cookies that a changed session needs.
   *
   * @example
   * export const GET = identity.handler(identity.requireScopes('Tasks.Read'), (request) =>
   *   Response.json({ owner: identity.caller(request).objectId }))
   */
  handler<Incoming extends Request, Context extends readonly unknown[]>(
    steps: FetchStep | readonly FetchStep[],
    handle: (request: Incoming, ...context: Context) => Response | Promise<Response>,
  ): FetchHandler<Incoming, Context>
  /**
   * The response with the cookies that a changed session needs. `handler()` does it by itself; call
   * it, last of all, where steps are called by hand.
   */
  respond(request: Request, response: Response): Response
}

/**
 * One app registration in an app of Web requests: Deno, Bun, Next route handlers and others.
 *
 * @param options Left out, everything comes from the environment.
 * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) naming what is missing or wrong.
 * @example
 * const identity = entra({ tenant: 'contoso.onmicrosoft.com', clientId: '…' })
 * const guard = identity.requireScopes('Tasks.Read')
 * Deno.serve(identity.handler(guard, listTasks))
 */
export function entra<Api extends string = string>(
  options: EntraOptions<Api> = {},
): FetchIdentity<Api> {
  const pending = createPendingHeaders()
  const identity = createIdentity<Request, FetchStep, FetchErrorHandler, Request>(options, {
    host: webHost,
    viewOf,
    viewOfUpgrade: viewOf,
    mount,
    mountPlugin: mount,
    mountErrors,
  })
  const answerError = identity.errors()

  function viewOf(request: Request): RequestView {
    return webViewOf(request, {
      key: request,
      form: () => formOf(request),
      addHeaders: (headers) => pending.add(request, headers),
    })
  }

  function mount(step: Step): FetchStep {
    return async function entrada(request) {
      try {
        const reply = await step(viewOf(request))
        return reply && respond(request, responseOf(reply))
      } catch (error) {
        return answerError(error, request)
      }
    }
  }

  function mountErrors(step: ErrorStep): FetchErrorHandler {
    return async function entradaErrors(error, request) {
      const reply = await step(viewOf(request), error)
      if (reply === undefined) throw error
      return respond(request, responseOf(reply))
    }
  }

  function respond(request: Request, response: Response): Response {
    return withHeaders(response, pending.take(request))
  }

  return Object.freeze({
    ...identity,
    signIn: (signInOptions: CookieSignInOptions = {}) =>
      identity.signIn(withCookieSession(signInOptions)),
    respond,
    handler: <Incoming extends Request, Context extends readonly unknown[]>(
      steps: FetchStep | readonly FetchStep[],
      handle: (request: Incoming, ...context: Context) => Response | Promise<Response>,
    ): FetchHandler<Incoming, Context> => {
      const inOrder = [steps].flat()
      return async function entradaHandler(request, ...context) {
        for (const step of inOrder) {
          const response = await step(request)
          if (response !== undefined) return response
        }
        try {
          return respond(request, await handle(request, ...context))
        } catch (error) {
          return answerError(error, request)
        }
      }
    },
  })
}

function responseOf({ status, headers, body }: Reply): Response {
  const response = new Response(body ?? null, { status })
  putOn(response.headers, headers)
  return response
}

/** A copy where there is something to add: what `fetch()` and `Response.redirect()` give is immutable. */
function withHeaders(response: Response, headers: readonly Header[]): Response {
  // A switch of protocols cannot be copied, and no cookie is read from it.
  if (headers.length === 0 || response.status === 101) return response
  const copy = new Response(response.body, response)
  putOn(copy.headers, headers)
  return copy
}
