import {
  closestGraphPermission,
  isGraphApplicationOnlyPermission,
  isGraphDelegatedPermission,
} from './graph-permissions.js'
import type { ScopePlanContext } from './scope-purpose.js'
import { quotedScope } from './scopes-invalid-error.js'
import { defaultScopeOf, isSameResource, type Scope } from './scopes.js'

/** What is legal and still probably a mistake, one sentence or two for each. */
export function scopeWarnings(
  named: readonly Scope[],
  context: ScopePlanContext,
): readonly string[] {
  const found = named.flatMap((scope) => [
    unknownName(scope),
    applicationPermission(scope, context),
    ownDefault(scope, context),
  ])
  return [...new Set(found.filter((text) => text !== undefined))]
}

function unknownName({ isBare, isDefault, permission }: Scope): string | undefined {
  if (!isBare || isDefault || isGraphDelegatedPermission(permission)) return undefined
  const closest = closestGraphPermission(permission)
  return (
    `${quotedScope(permission)} has no resource, so it is asked of Microsoft Graph, which has no ` +
    `such delegated permission as far as we know (AADSTS650053). Did you mean ` +
    quotedScope(`api://{client id of the API}/${permission}`) +
    `${closest === undefined ? '' : ` or ${quotedScope(closest)}`}?`
  )
}

/** Written in full it is sent, because our list of names may be older than the platform's. */
function applicationPermission(scope: Scope, context: ScopePlanContext): string | undefined {
  if (scope.resource !== context.graphResource || scope.isBare) return undefined
  if (!isGraphApplicationOnlyPermission(scope.permission)) return undefined
  return (
    `${quotedScope(scope.text)} is an application permission of Microsoft Graph as far as we know: ` +
    `no user can consent to it (AADSTS650053). The application itself gets it with ` +
    `${quotedScope(defaultScopeOf(scope.resource))}.`
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
