import type { AddressInfo } from 'node:net'
import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import type { EntraOptions } from 'entrada/express'

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

/** Mounts the routes above with one framework. */
export type MountApi = (options: EntraOptions) => RequestListener

export interface Framework {
  readonly name: string
  readonly mount: MountApi
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
