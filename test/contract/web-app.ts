import type { RequestListener } from 'node:http'
import type { AdminConsentOptions, EntraOptions, SignInOptions } from 'entrada/express'
import { ownCookie, type AppShape, type Plugins, type Routes } from './framework.js'
import { frameworks } from './frameworks.js'

/** The web app that every framework mounts, so that one table of cases can be run over all of them. */
export const pageRoutes = {
  home: '/', // says who is signed in, if anybody is
  private: '/private', // requireSignIn()
  inbox: '/inbox', // requireToken('Mail.Read'), then Graph /me/messages
  tasks: '/tasks', // requireToken of the tasks API's scope; shows what the token is for
  late: '/late', // requireSignIn(), then asks for a token that needs consent in the handler
  broken: '/broken', // the handler throws
} as const

export const tasksScope = 'api://1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10/Tasks.Read'

export interface WebAppOptions extends Pick<AppShape, 'bodyParser' | 'ownHandler' | 'prefix'> {
  readonly entra: EntraOptions
  readonly signIn?: SignInOptions
  /** Mounts the administrators' routes too. */
  readonly adminConsent?: AdminConsentOptions
}

/** A framework with one way of keeping sessions. */
export interface WebFramework {
  readonly name: string
  readonly mount: (options: WebAppOptions) => RequestListener
}

/** Every framework with every way of keeping sessions that it has. */
export const webApps: readonly WebFramework[] = frameworks.flatMap(({ name, sessions, build }) =>
  sessions.map((session) => ({
    name: `${name} ${session}`,
    mount: ({ entra, signIn, adminConsent, ...shape }: WebAppOptions) => {
      const kept = session === ownCookie ? ({ session: 'cookie' } as const) : {}
      const plugins: Plugins = (identity) => [
        ...(adminConsent === undefined ? [] : [identity.adminConsent(adminConsent)]),
        identity.signIn({ ...signIn, ...kept }),
      ]
      return build(entra, { ...shape, session, plugins, routes, answeredBy: 'errors()' }).listener
    },
  })),
)

const routes: Routes = (identity) => [
  {
    path: pageRoutes.home,
    guards: [],
    answer: (request) => ({ name: identity.accountIfAny(request)?.name ?? null }),
  },
  {
    path: pageRoutes.private,
    guards: [identity.requireSignIn()],
    answer: (request) => identity.account(request),
  },
  {
    path: pageRoutes.inbox,
    guards: [identity.requireToken('Mail.Read')],
    answer: (request) => identity.forUser(request).graph.get('/me/messages'),
  },
  {
    path: pageRoutes.tasks,
    guards: [identity.requireToken(tasksScope)],
    answer: (request) => identity.forUser(request).token(tasksScope),
  },
  {
    path: pageRoutes.late,
    guards: [identity.requireSignIn()],
    answer: async (request) => (await identity.forUser(request).token('Calendars.Read')).scopes,
  },
  {
    path: pageRoutes.broken,
    guards: [],
    answer: () => {
      throw new TypeError('the handler is broken')
    },
  },
]
