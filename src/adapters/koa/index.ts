import type { IncomingMessage } from 'node:http'
import type { Context, Middleware } from 'koa'
import { nodeHost } from '../../host/node.js'
import type { AdminConsentOptions } from '../../middleware/admin-consent-options.js'
import type { ApiOptions } from '../../middleware/api-options.js'
import type { EntraOptions } from '../../middleware/entra-options.js'
import { createIdentity, type Identity } from '../../middleware/identity.js'
import type { ProtectedResourceOptions } from '../../middleware/protected-resource.js'
import type { SignInOptions } from '../../middleware/sign-in-options.js'
import type { ErrorStep, Step } from '../../middleware/step.js'
import { isLater } from '../../protocol/at-once.js'
import { EntraError } from '../../protocol/entra-error.js'
import { SessionUnavailableError } from '../../protocol/sign-in-errors.js'
import { upgradeViewOf } from '../node-http/upgrade-view.js'
import { isSessionStoreDown } from './koa-session.js'
import { viewOf } from './request-view.js'
import { sendReply } from './send-reply.js'

export type {
  AdminConsentOptions,
  ApiOptions,
  EntraOptions,
  ProtectedResourceOptions,
  SignInOptions,
}

/** Microsoft Entra ID for a Koa app; `errors()` is mounted before the routes, as Koa's errors rise. */
export type KoaIdentity<Api extends string = string> = Identity<
  Context,
  Middleware,
  Middleware,
  Context | IncomingMessage,
  Middleware,
  Api
>

/**
 * One app registration in a Koa app.
 *
 * @param options Left out, everything comes from the environment.
 * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) naming what is missing or wrong.
 * @example
 * const identity = entra({ tenant: 'contoso.onmicrosoft.com', clientId: '…' })
 * router.get('/tasks', identity.requireScopes('Tasks.Read'), listTasks)
 */
export function entra<Api extends string = string>(
  options: EntraOptions<Api> = {},
): KoaIdentity<Api> {
  return createIdentity(options, {
    host: nodeHost,
    viewOf,
    viewOfUpgrade: (upgrade: Context | IncomingMessage) =>
      'req' in upgrade ? viewOf(upgrade) : upgradeViewOf(upgrade, undefined),
    mount,
    mountPlugin: mount,
    mountErrors,
  })
}

function mount(step: Step): Middleware {
  return async function entrada(context, next) {
    const answer = step(viewOf(context))
    const reply = isLater(answer) ? await answer : answer
    if (reply === undefined) await next()
    else sendReply(context, reply)
  }
}

function mountErrors(step: ErrorStep): Middleware {
  return async function entradaErrors(context, next) {
    try {
      await next()
    } catch (error) {
      // The store's own error is nobody's to read; what it means for the user is ours to say.
      const isDown = !(error instanceof EntraError) && isSessionStoreDown(context)
      const answered = isDown ? new SessionUnavailableError('read') : error
      const reply = context.headerSent ? undefined : await step(viewOf(context), answered)
      if (reply === undefined) throw error
      sendReply(context, reply)
    }
  }
}
