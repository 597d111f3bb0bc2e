import type { Application } from '../directory.js'
import { applicationNotFound, singleTenantApplication } from '../errors/catalogue.js'
import type { Platform } from './platform.js'
import { acceptsOtherTenants, acceptsPersonalAccounts } from './registry.js'
import type { TenantSegment } from './tenant-segment.js'

/** The client must be known in the tenant (AADSTS700016), and open to others on `common` (50194). */
export function requireClient(
  { registry }: Platform,
  segment: TenantSegment,
  clientId: string,
): Application {
  if (segment.kind === 'tenant') return requireInTenant(registry, segment, clientId)
  const client = registry.application(clientId)
  if (client === undefined) throw applicationNotFound(clientId, segment.name)
  const { appId, displayName, signInAudience } = client
  if (!acceptsOtherTenants(signInAudience) && !acceptsPersonalAccounts(signInAudience)) {
    throw singleTenantApplication(appId, displayName)
  }
  return client
}

/** At `consumers` a work-only application has its own refusal, so being known is enough here. */
function requireInTenant(
  registry: Platform['registry'],
  { tenant, name }: TenantSegment & { kind: 'tenant' },
  clientId: string,
): Application {
  const known = name === 'consumers' ? registry.application(clientId) : undefined
  return known ?? registry.requireApplication(clientId, tenant)
}
