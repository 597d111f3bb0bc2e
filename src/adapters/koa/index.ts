import type { Context, Middleware } from 'koa'
import { nodeHost } from '../../host/node.js'
import type { EntraOptions } from '../../middleware/entra-options.js'
import { createIdentity, type Identity } from '../../middleware/identity.js'
import type { SignInOptions } from '../../middleware/sign-in-options.js'
import type { ErrorStep, Step } from '../../middleware/step.js'
import { viewOf } from './request-view.js'
import { sendReply } from './send-reply.js'

export type { EntraOptions, SignInOptions }

/** Microsoft Entra ID for a Koa app; `errors()` is mounted before the routes, as Koa's errors rise. */
export type KoaIdentity = Identity<Context, Middleware, Middleware>

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
  return createIdentity(options, { host: nodeHost, viewOf, mount, mountErrors })
}

function mount(step: Step): Middleware {
  return async function entrada(context, next) {
    const reply = await step(viewOf(context))
    if (reply === undefined) await next()
    else sendReply(context, reply)
  }
}

function mountErrors(step: ErrorStep): Middleware {
  return async function entradaErrors(context, next) {
    try {
      await next()
    } catch (error) {
      const reply = context.headerSent ? undefined : await step(viewOf(context), error)
      if (reply === undefined) throw error
      sendReply(context, reply)
    }
  }
}
