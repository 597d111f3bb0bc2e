import express from 'express'
import { entra } from 'entrada/express'

const identity = entra({ tenant: 'organizations', tenants: 'any' })
const app = express()
app.get('/tasks', identity.requireScopes('Tasks.Read'), async (request, response) => {
  const caller = identity.caller(request)
  const name: string | undefined = caller.kind === 'user' ? caller.email : caller.clientId
  const me = await identity.onBehalfOf(request).graph.get<{ displayName: string }>('/me')
  response.json({ name, displayName: me.displayName })
})
// @ts-expect-error an empty requirement is a mistake, not permission
identity.requireScopes()
