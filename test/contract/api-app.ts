import type { AddressInfo } from 'node:net'
import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import type { EntraOptions } from 'entrada/express'
import type { Routes } from './framework.js'
import { frameworks } from './frameworks.js'

/** The API that every framework mounts, so that one table of cases can be run over all of them. */
export const apiRoutes = {
  tasks: '/tasks', // requireScopes('Tasks.Read')
  both: '/both', // requireScopes('Tasks.Read', 'Tasks.Write')
  either: '/either', // requireAnyScope('Tasks.Read', 'Tasks.Write')
  report: '/report', // requireAccess: user with Tasks.Read, app with Tasks.Read.All
  job: '/job', // requireAppRoles('Tasks.Read.All')
  admin: '/admin', // requireUserRoles('Tasks.Admin')
  me: '/me', // requireScopes('access_as_user'), then Graph /me on behalf of the caller
  mail: '/mail', // the same, then Graph /me/messages
  users: '/users', // requireAppRoles('Tasks.Read.All'), then Graph /users as the app
  unguarded: '/unguarded', // asks for the caller although nothing verified one
  broken: '/broken', // requireScopes('Tasks.Read'), then the handler throws
} as const

export interface RunningApp {
  readonly url: string
  close(): Promise<void>
}

export interface ApiFramework {
  readonly name: string
  /** Mounts the routes above. */
  readonly mount: (options: EntraOptions) => RequestListener
}

/** The routes above, the framework answering refusals by itself. */
export const apiFrameworks: readonly ApiFramework[] = frameworks.map(({ name, build }) => ({
  name,
  mount: (options) => build(options, { routes }).listener,
}))

const routes: Routes = (identity) => {
  const answer = (request: Parameters<typeof identity.caller>[0]) => identity.caller(request)
  return [
    { path: apiRoutes.tasks, guards: [identity.requireScopes('Tasks.Read')], answer },
    {
      path: apiRoutes.both,
      guards: [identity.requireScopes('Tasks.Read', 'Tasks.Write')],
      answer,
    },
    {
      path: apiRoutes.either,
      guards: [identity.requireAnyScope('Tasks.Read', 'Tasks.Write')],
      answer,
    },
    {
      path: apiRoutes.report,
      guards: [
        identity.requireAccess({
          user: { scopes: ['Tasks.Read'] },
          app: { roles: ['Tasks.Read.All'] },
        }),
      ],
      answer,
    },
    { path: apiRoutes.job, guards: [identity.requireAppRoles('Tasks.Read.All')], answer },
    { path: apiRoutes.admin, guards: [identity.requireUserRoles('Tasks.Admin')], answer },
    {
      path: apiRoutes.me,
      guards: [identity.requireScopes('access_as_user')],
      answer: (request) => identity.onBehalfOf(request).graph.get('/me'),
    },
    {
      path: apiRoutes.mail,
      guards: [identity.requireScopes('access_as_user')],
      answer: (request) => identity.onBehalfOf(request).graph.get('/me/messages'),
    },
    {
      path: apiRoutes.users,
      guards: [identity.requireAppRoles('Tasks.Read.All')],
      answer: () => identity.forApp().graph.get('/users'),
    },
    { path: apiRoutes.unguarded, guards: [], answer },
    {
      path: apiRoutes.broken,
      guards: [identity.requireScopes('Tasks.Read')],
      answer: () => {
        throw new TypeError('the handler is broken')
      },
    },
  ]
}

export async function running(listener: RequestListener): Promise<RunningApp> {
  const server: Server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // listening on a port, so never a string or null
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
