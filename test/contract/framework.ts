import type { RequestListener } from 'node:http'
import type { Caller } from 'entrada'
import type { EntraOptions, Identity } from 'entrada/adapter'

/**
 * What a framework brings to the contract: one file in ./frameworks, one line in ./frameworks.ts.
 * A case gives the app as a shape, in words that are the same everywhere; the framework builds it
 * as its own users would.
 */
export interface Framework {
  /** Stands at the end of a suite's title, and heads a column of the printed table. */
  readonly name: string
  /** Ways of keeping sessions that the sign-in contract is run with. */
  readonly sessions: readonly SessionWay[]
  /** There is no framework that errors could be left to: `errors()` is always at work. */
  readonly answersItself?: boolean
  readonly build: (options: EntraOptions, shape: AppShape) => ContractApp
}

/** Ends the name of a web app: `Koa 3 with koa-session in the cookie`. */
export type SessionWay = typeof ownCookie | `with ${string}`

/** The sealed cookie of this library; every framework has it. */
export const ownCookie = 'without session middleware'

/** What the app's own error handler answers. */
export const handled = (error: unknown) => ({
  handled: error instanceof Error ? error.message : typeof error,
})

export interface ContractApp {
  readonly listener: RequestListener
  verifyToken(token: string): Promise<Caller>
  purgeKeys(): void
}

/** An app in words that every framework can mount. */
export interface AppShape {
  /** Mounted in front of every path, after the session middleware. */
  readonly plugins?: Plugins
  readonly routes: Routes
  /** Whether `identity.errors()` answers what guards and handlers throw; the framework otherwise. */
  readonly answeredBy?: 'errors()' | 'the framework'
  /**
   * The app's own error handler, as the framework has them: it is told every error that reaches it
   * and answers 500 with what `handled` makes of it.
   */
  readonly ownHandler?: (error: unknown) => void
  /** Mounts the session middleware, or nothing for `ownCookie`. */
  readonly session?: SessionWay
  /** A body parser stands in front of everything; one for JSON alone leaves forms unread. */
  readonly bodyParser?: 'forms' | 'json' | undefined
  /** Mounts plugins, routes and `errors()` under this path, as the framework does it. */
  readonly prefix?: string
  /** Two lines like those of the `cors` package: what it sets on every answer. */
  readonly cors?: Readonly<Record<string, string>>
}

/** The methods of an instance, whatever its framework calls a request and a handler. */
export type Words<Request, Handler, Plugin> = Identity<Request, Handler, unknown, never, Plugin>

export type Plugins = <Request, Handler, Plugin>(
  identity: Words<Request, Handler, Plugin>,
) => readonly Plugin[]

export type Routes = <Request, Handler, Plugin>(
  identity: Words<Request, Handler, Plugin>,
) => readonly Route<Request, Handler>[]

export interface Route<Request, Handler> {
  /** For every method. */
  readonly path: string
  readonly guards: readonly Handler[]
  /** What the handler answers, as JSON; it may throw, and may be asynchronous. */
  readonly answer: (request: Request) => unknown
}
