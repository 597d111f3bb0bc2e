import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { nodeHost } from '../../host/node.js'
import type { AdminConsentOptions } from '../../middleware/admin-consent-options.js'
import type { EntraOptions } from '../../middleware/entra-options.js'
import { createIdentity, type Identity } from '../../middleware/identity.js'
import type { ProtectedResourceOptions } from '../../middleware/protected-resource.js'
import type { SignInOptions } from '../../middleware/sign-in-options.js'
import type { ErrorStep, PluginStep, Step } from '../../middleware/step.js'
import { EntraError } from '../../protocol/entra-error.js'
import { SessionUnavailableError } from '../../protocol/sign-in-errors.js'
import { upgradeViewOf } from '../node-http/upgrade-view.js'
import { routesUnder } from './plugin-routes.js'
import { viewOf } from './request-view.js'
import { sendReply } from './send-reply.js'
import { isSessionStoreDown } from './server-session.js'

export type { AdminConsentOptions, EntraOptions, ProtectedResourceOptions, SignInOptions }

/** A guard: an `onRequest`, `preValidation` or `preHandler` hook, of a route or of a plugin. */
export type FastifyGuard = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

/** For `setErrorHandler`. */
export type FastifyErrors = (
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<unknown>

/**
 * Microsoft Entra ID for a Fastify app: `signIn()` and its like are plugins to register, guards are
 * hooks, and `errors()` is an error handler.
 */
export type FastifyIdentity = Identity<
  FastifyRequest,
  FastifyGuard,
  FastifyErrors,
  FastifyRequest | IncomingMessage,
  FastifyPluginAsync
>

/**
 * One app registration in a Fastify app.
 *
 * @param options Left out, everything comes from the environment.
 * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) naming what is missing or wrong.
 * @example
 * const identity = entra({ tenant: 'contoso.onmicrosoft.com', clientId: '…' })
 * app.get('/tasks', { onRequest: identity.requireScopes('Tasks.Read') }, listTasks)
 */
export function entra(options: EntraOptions = {}): FastifyIdentity {
  return createIdentity(options, {
    host: nodeHost,
    viewOf,
    viewOfUpgrade: (upgrade: FastifyRequest | IncomingMessage) =>
      'raw' in upgrade ? viewOf(upgrade) : upgradeViewOf(upgrade, undefined),
    mount,
    mountPlugin,
    mountErrors,
  })
}

function mount(step: Step): FastifyGuard {
  return async function entrada(request, reply) {
    const answer = await step(viewOf(request, reply))
    return answer && sendReply(reply, answer)
  }
}

/** Registered as with fastify-plugin: its hook is the whole context's, its routes stand under it. */
function mountPlugin(step: PluginStep): FastifyPluginAsync {
  const hook = mount(step)
  function entrada(instance: FastifyInstance): Promise<void> {
    instance.addHook('onRequest', hook)
    // Fastify runs the hooks of a context on its routes only, so the paths have to be some.
    for (const path of routesUnder(instance.prefix, step.paths)) {
      instance.all(path, (_request, reply) => reply.callNotFound())
    }
    return Promise.resolve()
  }
  return Object.assign(entrada, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('plugin-meta')]: { name: 'entrada', fastify: '5.x' },
  })
}

function mountErrors(step: ErrorStep): FastifyErrors {
  return async function entradaErrors(error, request, reply) {
    if (reply.raw.headersSent) throw error
    // The store's own error is nobody's to read; what it means for the user is ours to say.
    const isDown = !(error instanceof EntraError) && isSessionStoreDown(request)
    const answered = isDown ? new SessionUnavailableError('read') : error
    const answer = await step(viewOf(request, reply), answered)
    // What is thrown here goes to the error handler of the context around, at last to Fastify's own.
    if (answer === undefined) throw error
    return sendReply(reply, answer)
  }
}
