const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const domain =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i

/** The tenant in which personal Microsoft accounts live; `consumers` is its nickname. */
export const personalAccountTenant = '9188040d-6c67-4c5b-b112-36a304b66dad'

/** Path segments that stand for more than one tenant. */
export type TenantGroup = 'common' | 'organizations'

export function isGuid(value: unknown): value is string {
  return typeof value === 'string' && guid.test(value)
}

export function isTenantDomain(value: string): boolean {
  return domain.test(value)
}

export function isTenantGroup(value: string): value is TenantGroup {
  return value === 'common' || value === 'organizations'
}
