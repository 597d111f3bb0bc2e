import {
  graphAppId,
  type Application,
  type DelegatedPermission,
  type Tenant,
} from '../directory.js'
import type { Platform } from '../platform/platform.js'
import { isAvailable, type TenantUser } from '../platform/registry.js'
import type { OpenidScope } from '../scopes/parse-scope.js'
import type { ScopePlan } from '../scopes/scope-plan.js'
import { consentedScopes, hasConsented, type ConsentQuestion } from './consented-scopes.js'

/** One line of a consent page. */
export interface NeededPermission {
  /** Who gets it: the client, or an API behind the API it calls. */
  client: Application
  resource: Application
  permission: DelegatedPermission
}

export interface PermissionQuestion {
  client: Application
  account: TenantUser
  plan: ScopePlan
  /** `prompt=consent`: asks even for what has been granted. */
  forced: boolean
}

/**
 * What the user must still consent to. Named scopes are asked for one by one; `.default` asks for
 * everything the registration lists, and only when nothing was granted for its API yet.
 * https://learn.microsoft.com/entra/identity-platform/scopes-oidc
 */
export function neededPermissions(
  platform: Platform,
  { client, account, plan, forced }: PermissionQuestion,
): NeededPermission[] {
  const { tenant } = account
  const question = { tenantId: tenant.id, client, userId: account.user.id }
  const asked = plan.resources.flatMap(({ resource, usesDefault, names }) => {
    const held = consentedScopes(platform, question, resource)
    if (usesDefault) return forced || held.length === 0 ? registered(platform, client, tenant) : []
    const missing = names.filter((name) => forced || !held.includes(name))
    return permissionsOf(client, resource, missing)
  })
  const isSignIn = plan.resources.length === 0 && (forced || !hasConsented(platform, question))
  if (asked.length === 0 && !isSignIn) return []
  const usesDefault = plan.resources.some((request) => request.usesDefault)
  return unique([...signInPermissions(platform, question, { plan, usesDefault }), ...asked])
}

/** The registration's list, with the lists of the APIs that know this client as theirs. */
export function registered(
  { directory }: Platform,
  client: Application,
  tenant: Tenant,
): NeededPermission[] {
  const known = directory.applications.filter(({ knownClientApplications }) =>
    knownClientApplications?.includes(client.appId),
  )
  return [client, ...known].flatMap((holder) =>
    (holder.requiredResourceAccess ?? []).flatMap(({ resourceAppId, scopes = [] }) => {
      const resource = directory.applications.find(({ appId }) => appId === resourceAppId)
      const usable = resource !== undefined && isAvailable(resource, tenant.id)
      return usable ? permissionsOf(holder, resource, scopes) : []
    }),
  )
}

/** The first consent also covers signing in: the OpenID scopes, offline access and User.Read. */
function signInPermissions(
  { registry, ...platform }: Platform,
  question: ConsentQuestion,
  { plan, usesDefault }: { plan: ScopePlan; usesDefault: boolean },
): NeededPermission[] {
  const graph = registry.application(graphAppId)
  if (graph === undefined || hasConsented({ registry, ...platform }, question)) return []
  const always: OpenidScope[] = ['openid', 'profile', 'offline_access']
  const names = [...plan.openid, ...always, ...(usesDefault ? [] : ['User.Read'])]
  return permissionsOf(question.client, graph, names)
}

function permissionsOf(
  client: Application,
  resource: Application,
  names: readonly string[],
): NeededPermission[] {
  return (resource.scopes ?? [])
    .filter(({ value }) => names.includes(value))
    .map((permission) => ({ client, resource, permission }))
}

function unique(permissions: NeededPermission[]): NeededPermission[] {
  const byName = new Map(
    permissions.map((one) => [
      [one.client.appId, one.resource.appId, one.permission.value].join(' '),
      one,
    ]),
  )
  return [...byName.values()]
}
