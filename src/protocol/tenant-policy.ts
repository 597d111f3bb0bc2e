import { ConfigurationError } from './configuration-error.js'
import { isGuid, personalAccountTenant } from './tenant.js'

/**
 * Which tenants are let in: tenant GUIDs (or `consumers` for personal accounts), every tenant, or
 * a function that is given the verified tenant's GUID and must answer exactly `true`.
 */
export type TenantPolicy =
  readonly string[] | 'any' | ((tenantId: string) => boolean | Promise<boolean>)

/**
 * Checks a policy and brings its GUIDs into the form that tokens carry.
 *
 * @throws ConfigurationError when the list is empty or names something that is not a tenant's GUID.
 */
export function tenantPolicyOf(policy: TenantPolicy, option = 'tenants'): TenantPolicy {
  // Widened: options come from JavaScript too.
  const given: unknown = policy
  if (given === 'any' || typeof given === 'function') return policy
  if (!Array.isArray(given) || given.length === 0) {
    throw new ConfigurationError({
      message: `${option} is ${Array.isArray(given) ? 'an empty list' : JSON.stringify(given)}. Expected a list of tenant GUIDs, 'any', or a function.`,
      option,
    })
  }
  return Object.freeze(given.map((tenant: unknown) => tenantIdOf(tenant, option)))
}

/** Whether a tenant is let in: only an answer of exactly `true` lets in, and what a function throws rises. */
export function allows(policy: TenantPolicy, tenantId: string): boolean | Promise<boolean> {
  if (policy === 'any') return true
  if (typeof policy !== 'function') return policy.includes(tenantId)
  const answer: unknown = policy(tenantId)
  return Promise.resolve(answer).then((value) => value === true)
}

function tenantIdOf(tenant: unknown, option: string): string {
  if (tenant === 'consumers') return personalAccountTenant
  if (isGuid(tenant)) return tenant.toLowerCase()
  throw new ConfigurationError({
    message:
      `${option} names ${JSON.stringify(tenant)}. Expected tenant GUIDs: tokens name their tenant by GUID, ` +
      `and a domain can move to another tenant. The GUID stands as "Tenant ID" in the Microsoft Entra admin center.`,
    option,
  })
}
