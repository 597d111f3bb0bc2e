import { Hono } from 'hono'
import type { Account, Caller } from 'entrada'
import { entra as forFetch } from 'entrada/fetch'
import { entra as forHono, type SignInOptions } from 'entrada/hono'

const web = forFetch()
const signIn = web.signIn({ scopes: ['User.Read'] })

/** A Next route handler. */
export const GET = web.handler(
  [signIn, web.requireSignIn()],
  async (request: Request, { params }: { params: Promise<{ id: string }> }) =>
    Response.json({ id: (await params).id, name: web.account(request).name }),
)
export const answer: (request: Request) => Promise<Response> = web.handler(signIn, (request) =>
  Response.json(web.accountIfAny(request)?.name ?? null),
)
// @ts-expect-error a handler answers with a Response
web.handler(signIn, () => 'text')
// @ts-expect-error there is no session middleware for Web requests
web.signIn({ session: 'framework' })

const options: SignInOptions = { scopes: ['User.Read'], session: 'cookie' }
const identity = forHono()
export const app = new Hono()
  .use(identity.signIn(options))
  .get('/', (c) => c.text(c.var.account?.name ?? 'nobody'))
  .get('/profile', identity.requireSignIn({ maxAge: 600 }), (c) => {
    const account: Account = c.var.account
    return c.json({ name: account.name })
  })
  .get('/tasks', identity.requireScopes('Tasks.Read'), async (c) => {
    const caller: Caller = c.get('caller')
    const me = await identity.onBehalfOf(c).graph.get<{ displayName: string }>('/me')
    return c.json({ owner: caller.objectId, name: me.displayName })
  })
app.onError(identity.errors((error, c) => c.text(error.message, 500)))
