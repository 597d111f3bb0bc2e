import { personalTenantId, type Directory, type Tenant } from '../directory.js'
import { AadstsError } from '../errors/aadsts-error.js'
import { tenantNotFound } from '../errors/catalogue.js'

/** The first segment of a path: one tenant, or one of the two names that stand for many. */
export type TenantSegment =
  | { kind: 'tenant'; tenant: Tenant; name: string }
  | { kind: 'common'; name: 'common' }
  | { kind: 'organizations'; name: 'organizations' }

/** Resolves a GUID, a verified domain, `common`, `organizations` or `consumers` (AADSTS90002). */
export function tenantSegmentOf(directory: Directory, segment: string): TenantSegment {
  const name = segment.toLowerCase()
  if (name === 'common' || name === 'organizations') return { kind: name, name } as TenantSegment
  const wanted = name === 'consumers' ? personalTenantId : name
  const tenant = directory.tenants.find(
    ({ id, domains }) =>
      id.toLowerCase() === wanted || domains.some((domain) => domain.toLowerCase() === wanted),
  )
  if (tenant === undefined) throw tenantNotFound(segment)
  return { kind: 'tenant', tenant, name: name === 'consumers' ? name : tenant.id }
}

/** Grants without a user need one tenant, named by GUID or domain (AADSTS9001023). */
export function requireConcreteTenant(segment: TenantSegment, grant: string): Tenant {
  if (segment.kind !== 'tenant' || segment.name === 'consumers') {
    throw new AadstsError({
      code: 9001023,
      error: 'invalid_request',
      message: `The grant type '${grant}' is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.`,
    })
  }
  return segment.tenant
}

export function isPersonal(tenantId: string): boolean {
  return tenantId === personalTenantId
}
