// The tasks API: a registration of its own, with its own client ID, scopes and app roles.
import express from 'express'
import { entra } from 'entrada/express'

const tasks = [
  { title: 'Review the access requests', due: 'today', done: false },
  { title: 'Rotate the signing certificate', due: 'Friday', done: false },
  { title: 'Thank the on-call team', due: 'yesterday', done: true },
]

export function tasksApi() {
  const api = express.Router()
  const identity = entra({
    clientId: process.env.TASKS_API_CLIENT_ID,
    credential: { secret: process.env.TASKS_API_CLIENT_SECRET },
  })

  // For users, through an app that holds the scope.
  api.get('/tasks', identity.requireScopes('Tasks.Read'), async (req, res) => {
    const me = await identity.onBehalfOf(req).graph.get('/me')
    res.json({ owner: me.displayName, tasks })
  })

  // For users with the scope, and for background jobs with the application permission.
  api.get(
    '/report',
    identity.requireAccess({
      user: { scopes: ['Tasks.Read'] },
      app: { roles: ['Tasks.Read.All'] },
    }),
    (req, res) => {
      const open = tasks.filter((task) => !task.done).length
      res.json({ open, done: tasks.length - open, for: identity.caller(req).kind })
    },
  )

  api.use(identity.errors())
  return api
}
