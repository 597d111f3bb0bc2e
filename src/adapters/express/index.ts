import type { ErrorRequestHandler, Request, RequestHandler } from 'express'
import { nodeHost } from '../../host/node.js'
import type { EntraOptions } from '../../middleware/entra-options.js'
import { createIdentity, type Identity } from '../../middleware/identity.js'
import type { SignInOptions } from '../../middleware/sign-in-options.js'
import type { ErrorStep, Step } from '../../middleware/step.js'
import { viewOf } from './request-view.js'
import { sendReply } from './send-reply.js'

export type { EntraOptions, SignInOptions }

/** Microsoft Entra ID for an Express app. */
export type ExpressIdentity = Identity<Request, RequestHandler, ErrorRequestHandler>

/**
 * One app registration in an Express app.
 *
 * @param options Left out, everything comes from the environment.
 * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) naming what is missing or wrong.
 * @example
 * const identity = entra({ tenant: 'contoso.onmicrosoft.com', clientId: '…' })
 * app.get('/tasks', identity.requireScopes('Tasks.Read'), listTasks)
 */
export function entra(options: EntraOptions = {}): ExpressIdentity {
  return createIdentity(options, { host: nodeHost, viewOf, mount, mountErrors })
}

function mount(step: Step): RequestHandler {
  return function entrada(request, response, next) {
    step(viewOf(request)).then((reply) => {
      if (reply === undefined) next()
      else sendReply(response, reply)
    }, next)
  }
}

function mountErrors(step: ErrorStep): ErrorRequestHandler {
  return function entradaErrors(error: unknown, request, response, next) {
    if (response.headersSent) {
      next(error)
      return
    }
    step(viewOf(request), error).then((reply) => {
      if (reply === undefined) next(error)
      else sendReply(response, reply)
    }, next)
  }
}
