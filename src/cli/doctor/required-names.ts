import { audiencesOf } from '../../validation/audience.js'
import { shortScopeName } from '../../validation/scope-names.js'
import { ConfigurationError } from '../../protocol/configuration-error.js'
import type { Deployment } from './deployment.js'
import { membersOf } from './registration.js'

/** What the guards of a configuration require, of whomever. */
export interface RequiredNames {
  readonly scopes: readonly string[]
  readonly userRoles: readonly string[]
  readonly appRoles: readonly string[]
  readonly groups: boolean
  readonly acrs: boolean
  readonly guests: boolean
}

export function requiredBy({ configuration, settings }: Deployment): RequiredNames {
  const users = configuration.protect.map(({ user }) => membersOf(user))
  const apps = configuration.protect.map(({ app }) => membersOf(app))
  const audiences = audiencesOf(settings.clientId, settings.audiences)
  return {
    scopes: namesIn(users, 'scopes', 'anyScope').flatMap((scope) => {
      try {
        return [shortScopeName(scope, audiences, 'user.scopes')]
      } catch (error) {
        // The options' own check tells it.
        if (error instanceof ConfigurationError) return []
        throw error
      }
    }),
    userRoles: namesIn(users, 'roles', 'anyRole'),
    appRoles: namesIn(apps, 'roles', 'anyRole'),
    groups: namesIn(users, 'groups', 'anyGroup').length > 0,
    acrs: namesIn(users, 'acrs').length > 0,
    guests: users.some(({ guests }) => guests !== undefined),
  }
}

function namesIn(
  shapes: readonly Readonly<Record<string, unknown>>[],
  ...keys: readonly string[]
): readonly string[] {
  const names = shapes.flatMap((shape) => keys.flatMap((key) => shape[key] ?? []))
  return [...new Set(names.filter((name) => typeof name === 'string'))]
}
