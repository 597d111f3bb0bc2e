// An API on Fastify that calls Graph for whoever calls it. Everything it needs to know of the
// platform comes from the environment.
import fastify from 'fastify'
import { entra } from 'entrada/fastify'

export function createApp() {
  const app = fastify()
  const identity = entra()

  // Refusals, and what Graph needs of the caller, become challenges (RFC 6750).
  app.setErrorHandler(identity.errors())

  app.get('/me', { onRequest: identity.requireScopes('access_as_user') }, async (request) => {
    const caller = identity.caller(request)
    const me = await identity.onBehalfOf(request).graph.get('/me')
    return { caller: caller.objectId, through: caller.clientId, name: me.displayName }
  })

  return app
}
