import { entra as forFetch, type FetchIdentity } from 'entrada/fetch'
import { entra as forHono, type HonoIdentity } from 'entrada/hono'

const web: FetchIdentity = forFetch()
export const POST = web.handler(web.requireAppRoles('Tasks.Read.All'), (request) =>
  Response.json(web.caller(request).kind),
)
const hono: HonoIdentity = forHono()
export const guard = hono.requireAnyScope('Tasks.Read', 'Tasks.Write')
