// A web app on Koa: who is signed in, and mail for which consent is asked when it is first opened.
// Everything it needs to know of the platform comes from the environment.
import Koa from 'koa'
import { entra } from 'entrada/koa'

export function createApp({ baseUrl }) {
  const app = new Koa()
  const identity = entra({ baseUrl })

  // Errors rise on Koa, so what answers them stands first.
  app.use(identity.errors())
  // A sealed cookie says who is signed in; tokens stay on the server. No session middleware.
  app.use(identity.signIn({ scopes: 'User.Read', session: 'cookie' }))

  const pages = new Map([
    ['/', [home]],
    ['/inbox', [identity.requireToken('Mail.Read'), inbox]],
  ])
  app.use(async (ctx, next) => {
    const [first, second] = pages.get(ctx.path) ?? []
    await first?.(ctx, async () => second?.(ctx, next))
  })

  function home(ctx) {
    const account = identity.accountIfAny(ctx)
    ctx.body = account ? `Signed in as ${account.name}` : 'Nobody is signed in. Open /inbox.'
  }

  async function inbox(ctx) {
    /** @type {{ value: { subject: string }[] }} */
    const mail = await identity.forUser(ctx).graph.get('/me/messages?$select=subject')
    ctx.body = mail.value.map(({ subject }) => subject)
  }

  return app
}
