import type { RequestListener } from 'node:http'
import type { AdminConsentOptions, EntraOptions, SignInOptions } from 'entrada/express'

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

export interface WebAppOptions {
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
