// A web app on Hono, and the API that it calls as the user: two registrations, two entra(). What
// they need to know of the platform comes from the environment.
import { Hono } from 'hono'
import { html } from 'hono/html'
import { entra } from 'entrada/hono'

export function createApp({ baseUrl }) {
  const app = new Hono()
  const scopes = scopeOf('access_as_user')
  const identity = entra({ baseUrl, apis: { people: { baseUrl: `${baseUrl}/api`, scopes } } })

  app.route('/api', createApi())
  // A sealed cookie says who is signed in; tokens stay on the server.
  app.use(identity.signIn({ scopes: 'User.Read' }))

  app.get('/', (c) => {
    const account = identity.accountIfAny(c)
    if (account === undefined)
      return c.html(
        html`<p>Nobody is signed in.</p>
          <p>${links}</p>`,
      )
    return c.html(
      html`<p>Signed in as ${account.name}</p>
        <p>${links}</p>
        ${signOut}`,
    )
  })

  // The first visit asks for consent to Mail.Read by a redirect, before the handler runs.
  app.get('/inbox', identity.requireToken('Mail.Read'), async (c) => {
    const mail = await identity.forUser(c).graph.get('/me/messages?$select=subject')
    return c.html(
      html`<ul>
        ${subjectsOf(mail).map((subject) => html`<li>${subject}</li>`)}
      </ul>`,
    )
  })

  app.get('/me', identity.requireToken(scopes), async (c) => {
    return c.json(await identity.api('people').forUser(c).get('/me'))
  })

  // Sign-in, consent, and whatever Entra or Graph refuse; what is left is Hono's.
  app.onError(identity.errors())
  return app
}

/** Answers programs: with a token that holds the scope, or with a challenge. */
function createApi() {
  const api = new Hono()
  const identity = entra({
    clientId: process.env.API_CLIENT_ID,
    credential: { secret: process.env.API_CLIENT_SECRET },
  })

  api.get('/me', identity.requireScopes('access_as_user'), async (c) => {
    const { objectId, clientId } = c.var.caller
    const me = await identity.onBehalfOf(c).graph.get('/me')
    return c.json({ caller: objectId, through: clientId, name: me.displayName })
  })

  api.onError(identity.errors())
  return api
}

/** @returns {string[]} */
const subjectsOf = (mail) => mail.value.map((message) => message.subject)

const scopeOf = (name) => `api://${process.env.API_CLIENT_ID}/${name}`

const links = html`<a href="/inbox">Inbox</a> <a href="/me">Who the API says I am</a>`
const signOut = html`<form method="post" action="/auth/logout"><button>Sign out</button></form>`
