// What must compile on Fastify, and what must not: checked by the type checker alone.
import fastify, { type FastifyRequest } from 'fastify'
import type { Account, Caller } from 'entrada'
import { entra, type FastifyIdentity } from 'entrada/fastify'

const identity: FastifyIdentity = entra()
const app = fastify({ logger: true })

interface Task {
  Params: { id: string }
  Body: { title: string }
}

app.register(identity.signIn())
app.register(identity.protectedResourceMetadata())
app.setErrorHandler(identity.errors())
app.addHook('preHandler', identity.requireAnyScope('Tasks.Read', 'Tasks.Write'))

app.post<Task>('/:id', { preHandler: identity.requireScopes('Tasks.Write') }, (request) => {
  const caller: Caller = identity.caller(request)
  return { id: request.params.id, title: request.body.title, by: caller.objectId }
})
app.get(
  '/',
  {
    onRequest: [identity.requireSignIn(), identity.requireToken('Mail.Read')],
    schema: { querystring: { type: 'object' } } as const,
  },
  async (request: FastifyRequest) => {
    const account: Account = identity.account(request)
    // @ts-expect-error: not every account has an address
    account.email satisfies string
    return identity.forUser(request).graph.get<{ value: unknown[] }>(`/users/${account.objectId}`)
  },
)
fastify({ https: {} }).get('/', { onRequest: identity.requireScopes('Tasks.Read') }, (request) =>
  identity.caller(request),
)

// @ts-expect-error: a guard is a hook, not a plugin
app.register(identity.requireScopes('Tasks.Read'))
// @ts-expect-error: and signIn() a plugin, not a hook
app.addHook('onRequest', identity.signIn())
