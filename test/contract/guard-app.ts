import type { AccessRequirement } from 'entrada'
import type { EntraOptions, ProtectedResourceOptions } from 'entrada/express'
import type { AppShape, ContractApp } from './framework.js'
import { frameworks } from './frameworks.js'

export type GuardedApi = ContractApp

/** An API whose handlers answer with the caller. */
export interface GuardedShape extends Pick<
  AppShape,
  'answeredBy' | 'cors' | 'ownHandler' | 'prefix'
> {
  /** What stands in front of each path's handler. */
  readonly routes: Readonly<Record<string, readonly AccessRequirement[]>>
  /** Serves protected resource metadata. */
  readonly metadata?: ProtectedResourceOptions
}

export interface GuardedFramework {
  readonly name: string
  readonly mount: (options: EntraOptions, shape: GuardedShape) => GuardedApi
}

export const guardedFrameworks: readonly GuardedFramework[] = frameworks.map(({ name, build }) => ({
  name,
  mount: (options, { routes, metadata, ...shape }) =>
    build(options, {
      ...shape,
      plugins: (identity) =>
        metadata === undefined ? [] : [identity.protectedResourceMetadata(metadata)],
      routes: (identity) =>
        Object.entries(routes).map(([path, requirements]) => ({
          path,
          guards: requirements.map((requirement) => identity.requireAccess(requirement)),
          answer: (request) => identity.caller(request),
        })),
    }),
}))
