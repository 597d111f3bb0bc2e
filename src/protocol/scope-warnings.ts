import { closestGraphPermission, isGraphDelegatedPermission } from './graph-permissions.js'
import type { ScopePlanContext } from './scope-purpose.js'
import { quotedScope } from './scopes-invalid-error.js'
import { isSameResource, type Scope } from './scopes.js'

/** What is legal and still probably a mistake, one sentence or two for each. */
export function scopeWarnings(
  named: readonly Scope[],
  context: ScopePlanContext,
): readonly string[] {
  const found = named.flatMap((scope) => [unknownName(scope), ownDefault(scope, context)])
  return [...new Set(found.filter((text) => text !== undefined))]
}

function unknownName({ isBare, isDefault, permission }: Scope): string | undefined {
  if (!isBare || isDefault || isGraphDelegatedPermission(permission)) return undefined
  if (permission.includes(',')) {
    return `${quotedScope(permission)} holds a comma. Scopes are separated by spaces, or given as a list.`
  }
  const closest = closestGraphPermission(permission)
  return (
    `${quotedScope(permission)} has no resource, so it is asked of Microsoft Graph, which has no ` +
    `such delegated permission as far as we know (AADSTS650053). Did you mean ` +
    quotedScope(`api://{client id of the API}/${permission}`) +
    `${closest === undefined ? '' : ` or ${quotedScope(closest)}`}?`
  )
}

function ownDefault(scope: Scope, context: ScopePlanContext): string | undefined {
  const { clientId, purpose } = context
  if (clientId === undefined || purpose === 'app') return undefined
  if (!scope.isDefault || !isSameResource(scope.resource, clientId)) return undefined
  return (
    `${quotedScope(scope.text)} asks for this application itself and yields an ID token, not an ` +
    `access token (a legacy behaviour of the platform). For a sign-in, openid is enough; for an ` +
    `API, name the API's own identifier, such as "api://{client id of the API}/.default".`
  )
}
