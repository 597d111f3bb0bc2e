import fastify from 'fastify'
import { entra, type FastifyIdentity } from 'entrada/fastify'
import type { SessionPort, Socket } from 'entrada/adapter'
import { nodeHost } from 'entrada/adapter/node'

const identity: FastifyIdentity = entra({ tenant: 'organizations', tenants: 'any' })
const app = fastify()
app.register(identity.signIn())
app.setErrorHandler(identity.errors())
app.get('/tasks', { onRequest: identity.requireScopes('Tasks.Read') }, (request) => {
  const caller = identity.caller(request)
  return { name: caller.kind === 'user' ? caller.email : caller.clientId }
})
app.get('/', { preHandler: identity.requireSignIn() }, (request) => {
  const name: string | undefined = identity.account(request).name
  return { name }
})
// @ts-expect-error an empty requirement is a mistake, not permission
identity.requireScopes()

export const host: Socket<object, unknown, unknown, never>['host'] = nodeHost
export const isOnServer = ({ kind }: SessionPort): boolean => kind === 'server'
