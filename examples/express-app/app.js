// The whole application: sign-in, pages for the signed-in user, and the API in api.js.
import { fileURLToPath } from 'node:url'
import express from 'express'
import session from 'express-session'
import helmet from 'helmet'
import { entra } from 'entrada/express'
import { tasksApi } from './api.js'
import { homePage, inboxPage, profilePage, tasksPage } from './pages.js'

const tasksScope = (name) => `api://${process.env.TASKS_API_CLIENT_ID}/${name}`

export function createApp({ baseUrl, sessionSecret }) {
  const app = express()
  const identity = entra({ baseUrl }) // tenant, client and credential from the environment

  app.use(
    helmet({
      contentSecurityPolicy: {
        // Sign-out is a form whose answer leads to Entra; browsers check that redirect too.
        directives: { formAction: ["'self'", ...identity.formActionSources] },
      },
    }),
  )
  app.use(express.static(fileURLToPath(new URL('public', import.meta.url))))
  app.use('/api', tasksApi())

  app.use(
    session({
      secret: sessionSecret,
      resave: false,
      saveUninitialized: false,
      cookie: { httpOnly: true, sameSite: 'lax', secure: baseUrl.startsWith('https:') },
    }),
  )
  app.use(identity.signIn({ scopes: ['User.Read'] }))

  app.get('/', (req, res) => {
    res.send(homePage(identity.accountIfAny(req)))
  })

  app.get('/profile', identity.requireSignIn(), async (req, res) => {
    const me = await identity.forUser(req).graph.get('/me')
    res.send(profilePage(identity.account(req), me))
  })

  // The first visit asks for consent to Mail.Read by a redirect, before the handler runs.
  app.get('/inbox', identity.requireToken('Mail.Read'), async (req, res) => {
    const mail = await identity.forUser(req).graph.get('/me/messages?$top=10')
    res.send(inboxPage(identity.account(req), mail.value))
  })

  // This app's page calls the API as the user; the API calls Graph on behalf of the same user.
  app.get('/tasks', identity.requireToken(tasksScope('Tasks.Read')), async (req, res) => {
    const answer = await identity.forUser(req).fetch(`${baseUrl}/api/tasks`, {
      scopes: tasksScope('Tasks.Read'),
    })
    if (!answer.ok) throw new Error(`The tasks API answered ${answer.status}`)
    res.send(tasksPage(identity.account(req), await answer.json()))
  })

  app.use(identity.errors())
  return app
}
