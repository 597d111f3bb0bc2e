import type { Platform } from '../platform/platform.js'
import type { RequestedPermission } from '../pages/permissions.js'
import type { NeededPermission } from './needed-permissions.js'

/** Stores a consent; the applications concerned get a service principal in the tenant. */
export function grantPermissions(
  { consents, registry }: Platform,
  permissions: readonly NeededPermission[],
  { tenantId, user }: { tenantId: string; user: string },
): void {
  for (const { client, resource, permission } of permissions) {
    registry.provision(client, tenantId)
    registry.provision(resource, tenantId)
    consents.grantDelegated({
      tenant: tenantId,
      client: client.appId,
      resource: resource.appId,
      user,
      scopes: [permission.value],
    })
  }
}

/** The lines of the page: what two applications need alike is shown once. */
export function linesOf(permissions: readonly NeededPermission[]): RequestedPermission[] {
  const lines = permissions.map(({ resource, permission }) => ({
    title: permission.displayName,
    description: permission.description,
    resource: resource.displayName,
  }))
  return [...new Map(lines.map((line) => [`${line.resource} ${line.title}`, line])).values()]
}
