import type { IncomingMessage } from 'node:http'
import type { ErrorRequestHandler, Request, RequestHandler } from 'express'
import { nodeHost } from '../../host/node.js'
import type { AdminConsentOptions } from '../../middleware/admin-consent-options.js'
import type { ApiOptions } from '../../middleware/api-options.js'
import type { EntraOptions } from '../../middleware/entra-options.js'
import { createIdentity, type Identity } from '../../middleware/identity.js'
import type { ProtectedResourceOptions } from '../../middleware/protected-resource.js'
import type { SignInOptions } from '../../middleware/sign-in-options.js'
import type { Answer, ErrorStep, PluginStep, Step } from '../../middleware/step.js'
import { isLater } from '../../protocol/at-once.js'
import { EntraError } from '../../protocol/entra-error.js'
import { SessionUnavailableError } from '../../protocol/sign-in-errors.js'
import { upgradeViewOf } from '../node-http/upgrade-view.js'
import { isSessionStoreDown, sessionOf } from './express-session.js'
import { viewOf } from './request-view.js'
import { sendReply } from './send-reply.js'

export type {
  AdminConsentOptions,
  ApiOptions,
  EntraOptions,
  ProtectedResourceOptions,
  SignInOptions,
}

/** Microsoft Entra ID for an Express app. */
export type ExpressIdentity<Api extends string = string> = Identity<
  Request,
  RequestHandler,
  ErrorRequestHandler,
  IncomingMessage,
  RequestHandler,
  Api
>

/**
 * One app registration in an Express app.
 *
 * @param options Left out, everything comes from the environment.
 * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) naming what is missing or wrong.
 * @example
 * const identity = entra({ tenant: 'contoso.onmicrosoft.com', clientId: '…' })
 * app.get('/tasks', identity.requireScopes('Tasks.Read'), listTasks)
 */
export function entra<Api extends string = string>(
  options: EntraOptions<Api> = {},
): ExpressIdentity<Api> {
  return createIdentity(options, {
    host: nodeHost,
    viewOf,
    viewOfUpgrade: (request: IncomingMessage) => upgradeViewOf(request, sessionOf(request)),
    mount,
    mountPlugin,
    mountErrors,
  })
}

function mount(step: Step): RequestHandler {
  return function entrada(request, response, next) {
    const go = (reply: Answer) => {
      if (reply === undefined) next()
      // A time limit, for one, may have answered meanwhile.
      else if (!response.headersSent) sendReply(response, reply)
    }
    let answer: Answer | Promise<Answer>
    try {
      answer = step(viewOf(request))
    } catch (error) {
      next(error)
      return
    }
    if (isLater(answer)) answer.then(go).catch(next)
    else go(answer)
  }
}

/** Paths count from the root, and a router below another path is not asked for the others. */
function mountPlugin(step: PluginStep): RequestHandler {
  const handler = mount(step)
  let isTold = false
  return function entradaPlugin(request, response, next) {
    if (request.baseUrl !== '' && !isTold) {
      const unreached = step.paths.filter((path) => !isBelow(path, request.baseUrl))
      isTold = unreached.length > 0
      if (isTold) nodeHost.warn(notReached(unreached))
    }
    handler(request, response, next)
  }
}

/** Express does not tell apart cases either. */
function isBelow(path: string, baseUrl: string): boolean {
  return `${path}/`.toLowerCase().startsWith(`${baseUrl}/`.toLowerCase())
}

/** Where it is mounted stands in the request, which is anybody's to write, so that is not repeated. */
function notReached(paths: readonly string[]): string {
  return (
    `Middleware that answers ${paths.join(', ')} is mounted on a router below another path, where requests for ` +
    'these do not come. Mount it on the app itself: app.use(identity.signIn(…)).'
  )
}

function mountErrors(step: ErrorStep): ErrorRequestHandler {
  return function entradaErrors(error: unknown, request, response, next) {
    if (response.headersSent) {
      next(error)
      return
    }
    // The store's own error is the framework's business; what it means for the user is ours.
    const isDown = !(error instanceof EntraError) && isSessionStoreDown(request)
    const answered = isDown ? new SessionUnavailableError('read') : error
    step(viewOf(request), answered)
      .then((reply) => {
        if (reply === undefined || response.headersSent) next(error)
        else sendReply(response, reply)
      })
      .catch(next)
  }
}
