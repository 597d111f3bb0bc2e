import { cacheKey } from '../protocol/cache-key.js'
import { planScopes, type ScopePlan } from '../protocol/scope-plan.js'
import type { ScopePurpose } from '../protocol/scope-purpose.js'
import { isGuid, personalAccountTenant } from '../protocol/tenant.js'
import type { Scopes } from './token-source-settings.js'

const rememberedPlans = 1000

export interface ScopePlannerSettings {
  readonly clientId: string
  readonly graphResource: string
  readonly warn: (message: string) => void
}

/** What a program asks for, and for what. */
export interface ScopeRequest {
  readonly scopes: Scopes
  readonly purpose: ScopePurpose
  readonly tenant?: string
}

/**
 * Plans scopes once for each way a program writes them; what is legal and probably not meant is
 * told to the developer that one time.
 */
export function createScopePlanner(
  settings: ScopePlannerSettings,
): (request: ScopeRequest) => ScopePlan {
  const plans = new Map<string, ScopePlan>()
  return ({ scopes, purpose, tenant }) => {
    const text = typeof scopes === 'string' ? scopes : scopes.join(' ')
    // What is legal does not depend on which organization is asked.
    const place = tenant === undefined || isOrganization(tenant) ? '' : tenant
    const key = cacheKey(purpose, place, text)
    const known = plans.get(key)
    if (known !== undefined) return known
    const plan = planScopes(scopes, { ...settings, purpose, tenant })
    plan.warnings.forEach((warning) => settings.warn(warning))
    if (plans.size >= rememberedPlans) plans.clear()
    plans.set(key, plan)
    return plan
  }
}

function isOrganization(tenant: string): boolean {
  return isGuid(tenant) && tenant !== personalAccountTenant
}
