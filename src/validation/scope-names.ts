import type { Audiences } from './audience.js'
import { mistake } from './requirement-shape.js'

/**
 * A scope as it stands in `scp`: its short name. The full form, with an App ID URI of this API or
 * its client ID in front, is how clients ask for it and means the same.
 *
 * @throws ConfigurationError for a scope of another API, and for names that never stand in `scp`.
 * @see https://learn.microsoft.com/entra/identity-platform/scopes-oidc
 */
export function shortScopeName(scope: string, audiences: Audiences, option: string): string {
  const prefix = prefixesOf(audiences).find((each) => scope.startsWith(each))
  const name = prefix === undefined ? scope : scope.slice(prefix.length)
  if (prefix === undefined && scope.includes('://')) {
    throw mistake(
      option,
      `${option} names ${JSON.stringify(scope)}, a scope of another API. This one is known as ` +
        `${[...audiences.uris, audiences.clientId].join(', ')}. Write the scope's name alone, or add the App ID URI to audiences.`,
    )
  }
  if (name === '' || name === '.default' || name === '/.default') {
    throw mistake(
      option,
      `${option} names ${JSON.stringify(scope)}. Clients ask for .default, but tokens never carry it: name the scopes themselves.`,
    )
  }
  if (neverGranted.has(name)) {
    throw mistake(
      option,
      `${option} names ${JSON.stringify(scope)}. It belongs to sign-in and never stands in a token for this API: name a scope that the API exposes.`,
    )
  }
  return name
}

const neverGranted = new Set(['openid', 'profile', 'email', 'offline_access'])

/** The longest first, so that an App ID URI that continues another one is seen whole. */
function prefixesOf(audiences: Audiences): readonly string[] {
  const names = [...audiences.uris, ...audiences.accepted['2.0']]
  return names.map((name) => `${name}/`).sort((one, other) => other.length - one.length)
}
