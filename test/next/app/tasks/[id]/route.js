import { identity } from '../../../lib/identity.js'
export const GET = identity.handler(
  identity.requireScopes('Tasks.Read'),
  async (request, { params }) =>
    Response.json({ id: (await params).id, owner: identity.caller(request).objectId }),
)
