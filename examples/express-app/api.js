// The tasks API: a registration of its own, with its own client ID, scopes and app roles.
import express from 'express'
import { entra } from 'entrada/express'

const tasks = [
  { title: 'Review the access requests', due: '2026-12-01', done: false },
  { title: 'Rotate the signing certificate', due: '2026-12-08', done: false },
  { title: 'Thank the on-call team', due: '2026-11-27', done: true },
]

export function tasksApi() {
  const api = express.Router()
  const identity = entra({
    clientId: process.env.TASKS_API_CLIENT_ID,
    credential: { secret: process.env.TASKS_API_CLIENT_SECRET },
  })

  // For users, through an app that holds the scope.
  api.get('/tasks', identity.requireScopes('Tasks.Read'), async (req, res) => {
    const owner = await identity.onBehalfOf(req).graph.get('/me')
    res.json({ owner: owner.displayName, tasks })
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
