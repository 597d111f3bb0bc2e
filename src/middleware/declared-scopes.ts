import { audiencesOf } from '../validation/audience.js'
import type { AccessRequirement } from '../validation/requirement.js'
import { shortScopeName } from '../validation/scope-names.js'

/** The scopes of an API that its guards and its configuration have named so far. */
export interface DeclaredScopes {
  /**
   * Short names, or with the App ID URI in front: they mean the same.
   *
   * @returns them in the form in which clients ask for them.
   */
  declare(scopes: readonly string[]): readonly string[]
  /** In the form in which clients ask for them, sorted. */
  all(): readonly string[]
}

/**
 * Collects scopes for the metadata of the API. `.default` is not among them, although apps ask for
 * it: a client may ask for everything that is listed, and the platform refuses both together.
 */
export function createDeclaredScopes(settings: {
  readonly clientId: string
  readonly audiences: readonly string[]
}): DeclaredScopes {
  const audiences = audiencesOf(settings.clientId, settings.audiences)
  const [uri = ''] = audiences.uris
  const known = new Set<string>()
  const inFull = (scope: string) => `${uri}/${scope}`
  return {
    declare(scopes) {
      const names = scopes.map((scope) => shortScopeName(scope, audiences, 'scopes'))
      for (const name of names) known.add(name)
      return names.map(inFull)
    },
    all: () => [...known].sort().map(inFull),
  }
}

/** The scopes that a requirement names; for a requirement that was compiled, and so is well formed. */
export function scopesNamedBy({ user }: AccessRequirement): readonly string[] {
  return user?.scopes ?? user?.anyScope ?? []
}
