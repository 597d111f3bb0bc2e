// The whole application: sign-in, pages for the signed-in user, and the API in api.js.
import { fileURLToPath } from 'node:url'
import express from 'express'
import session from 'express-session'
import helmet from 'helmet'
import { GraphRequestError } from 'entrada'
import { entra } from 'entrada/express'
import { tasksApi } from './api.js'
import { homePage, inboxPage, noticePage, profilePage, tasksPage } from './pages.js'

export function createApp({ baseUrl, sessionSecret }) {
  const app = express()
  const tasksRead = `api://${process.env.TASKS_API_CLIENT_ID}/Tasks.Read`
  const identity = entra({
    baseUrl, // tenant, client and credential come from the environment
    apis: { tasks: { baseUrl: `${baseUrl}/api`, scopes: tasksRead } },
  })

  app.use(
    helmet({
      // Sign-out is a form whose answer leads to Entra; browsers check that redirect too.
      contentSecurityPolicy: { directives: { formAction: identity.formActionSources } },
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
  app.use(identity.signIn({ scopes: ['User.Read'], page: noticePage }))

  app.get('/', (req, res) => {
    res.send(homePage(identity.accountIfAny(req)))
  })

  app.get('/profile', identity.requireSignIn(), async (req, res) => {
    const me = await identity.forUser(req).graph.get('/me')
    res.send(profilePage(identity.account(req), me))
  })

  // The first visit asks for consent to Mail.Read by a redirect, before the handler runs.
  app.get('/inbox', identity.requireToken('Mail.Read'), async (req, res) => {
    const messages = await newestMessages(identity.forUser(req).graph)
    res.send(inboxPage(identity.account(req), messages))
  })

  // This page calls the API as the user; the API calls Graph on behalf of the same user.
  const tasksService = identity.api('tasks')
  app.get('/tasks', identity.requireToken(tasksRead), async (req, res) => {
    const api = tasksService.forUser(req)
    const [{ owner, tasks }, report] = await Promise.all([api.get('/tasks'), api.get('/report')])
    res.send(tasksPage(identity.account(req), { owner, tasks, report }))
  })

  app.use((req, res) => {
    res.status(404).send(noticePage({ title: 'Page not found', text: ['There is nothing here.'] }))
  })

  app.use(identity.errors()) // sign-in, consent, and whatever Entra or Graph refuse
  app.use((error, req, res, next) => {
    if (res.headersSent) return next(error)
    console.error(error)
    res.status(500).send(
      noticePage({
        title: 'That did not work',
        text: ['Something this page needs did not answer as expected. Please try again shortly.'],
        action: { kind: 'link', label: 'Try again', href: req.originalUrl },
      }),
    )
  })
  return app
}

async function newestMessages(graph) {
  try {
    const query = '$top=10&$select=subject,from,receivedDateTime,bodyPreview'
    return (await graph.get(`/me/messages?${query}`)).value
  } catch (error) {
    const hasNoMailbox =
      error instanceof GraphRequestError && error.graphCode === 'MailboxNotEnabledForRESTAPI'
    if (hasNoMailbox) return []
    throw error
  }
}
