import type { Request, RequestHandler } from 'express'
import { nodeHost } from '../../host/node.js'
import type { Guard } from '../../middleware/api-guards.js'
import type { EntraOptions } from '../../middleware/entra-options.js'
import { createIdentity, type Identity } from '../../middleware/identity.js'
import { viewOf } from './request-view.js'

export type { EntraOptions }

/** Microsoft Entra ID for an Express app. */
export type ExpressIdentity = Identity<Request, RequestHandler>

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
  return createIdentity(options, { host: nodeHost, keyOf: (request) => request, mountGuard })
}

/** The guard answers first; then the request goes on, or its refusal goes to the error handler. */
function mountGuard(guard: Guard): RequestHandler {
  return function requireAccess(request, _response, next) {
    guard(viewOf(request)).then(() => next(), next)
  }
}
