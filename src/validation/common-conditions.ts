import type { AppCaller, Caller } from '../protocol/caller.js'
import { shown } from '../protocol/refusal-reason.js'
import type { Condition } from './condition.js'
import { denied, type RouteContext } from './requirement-context.js'
import { listed, meets, type Quantity } from './user-conditions.js'

/** Application permissions: they arrive as `roles`, of an app-only token only. */
export function appRolesHeld(
  route: RouteContext,
  quantity: Quantity,
  roles: readonly string[],
): Condition<AppCaller> {
  return function appRolesHeld(caller) {
    if (meets(quantity, roles, caller.roles)) return undefined
    return denied(route, {
      reason: 'app-role-missing',
      found: `roles ${shown(caller.roles.join(' '))}`,
      expected: listed(quantity, roles),
      cure: 'Add the application permission to the client (API permissions) and grant admin consent. It arrives with its next token.',
    })
  }
}

export function appListed(route: RouteContext, clients: readonly string[]): Condition<AppCaller> {
  return function appListed(caller) {
    if (clients.includes(caller.clientId.toLowerCase())) return undefined
    return denied(route, {
      reason: 'client-refused',
      found: `client ${shown(caller.clientId)}`,
      expected: 'a client that allowClientsWithoutPermissions names',
      cure: 'Add the client to allowClientsWithoutPermissions if it may call.',
    })
  }
}

export function clientAmong(route: RouteContext, clients: readonly string[]): Condition {
  return function clientAmong(caller) {
    if (clients.includes(caller.clientId.toLowerCase())) return undefined
    return denied(route, {
      reason: 'client-refused',
      found: `client ${shown(caller.clientId)}`,
      expected: listed('any', clients),
      cure: 'Add the client to clients in the requirement if it may call.',
    })
  }
}

export function tenantAmong(route: RouteContext, tenants: readonly string[]): Condition {
  return function tenantAmong(caller) {
    if (tenants.includes(caller.tenantId)) return undefined
    return denied(route, {
      reason: 'tenant-not-allowed',
      found: `tenant ${shown(caller.tenantId)}`,
      expected: listed('any', tenants),
      cure: 'Add the tenant to tenants in the requirement if it may call.',
    })
  }
}

/** The app's own word. Anything but `true`, such as a forgotten return, refuses. */
export function checked(route: RouteContext, check: (caller: Caller) => unknown): Condition {
  return async function checked(caller) {
    if ((await check(caller)) === true) return undefined
    return denied(route, {
      reason: 'check-refused',
      found: 'check did not answer true',
      expected: 'true',
      cure: 'See the check of this requirement; it must return true to let a caller in.',
    })
  }
}

/** A caller of a kind that the requirement does not name. */
export function kindRefused(route: RouteContext, kind: Caller['kind']): Condition {
  return function kindRefused() {
    return denied(route, {
      reason: kind === 'app' ? 'app-refused' : 'user-refused',
      found: kind === 'app' ? 'an app-only token' : "a user's token",
      expected: kind === 'app' ? "a user's token" : 'an app-only token',
      cure:
        kind === 'app'
          ? 'Call on behalf of a user, or name app: { roles } in the requirement of this route.'
          : 'Call with the client credentials grant, or name user: { scopes } in the requirement of this route.',
    })
  }
}
