import type { Context, Middleware } from 'koa'
import { nodeHost } from '../../host/node.js'
import type { Guard } from '../../middleware/api-guards.js'
import type { EntraOptions } from '../../middleware/entra-options.js'
import { createIdentity, type Identity } from '../../middleware/identity.js'
import { viewOf } from './request-view.js'

export type { EntraOptions }

/** Microsoft Entra ID for a Koa app. */
export type KoaIdentity = Identity<Context, Middleware>

/**
 * One app registration in a Koa app.
 *
 * @param options Left out, everything comes from the environment.
 * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) naming what is missing or wrong.
 * @example
 * const identity = entra({ tenant: 'contoso.onmicrosoft.com', clientId: '…' })
 * router.get('/tasks', identity.requireScopes('Tasks.Read'), listTasks)
 */
export function entra(options: EntraOptions = {}): KoaIdentity {
  return createIdentity(options, { host: nodeHost, keyOf: (context) => context.req, mountGuard })
}

/** The guard answers first; then the request goes on, or its refusal rises to Koa. */
function mountGuard(guard: Guard): Middleware {
  return async function requireAccess(context, next) {
    await guard(viewOf(context))
    return next()
  }
}
