import { cacheKey } from '../protocol/cache-key.js'
import type { ScopesAskedEvent } from '../protocol/events.js'
import { planScopes, type ScopePlan } from '../protocol/scope-plan.js'
import type { ScopePurpose } from '../protocol/scope-purpose.js'
import { isGuid, personalAccountTenant } from '../protocol/tenant.js'
import type { Scopes } from './token-source-settings.js'

const rememberedPlans = 1000

export interface ScopePlannerSettings {
  readonly clientId: string
  readonly graphResource: string
  readonly warn: (message: string) => void
  readonly onEvent: (event: ScopesAskedEvent) => void
}

/** What a program asks for, and for what. */
export interface ScopeRequest {
  readonly scopes: Scopes
  readonly purpose: ScopePurpose
  readonly tenant?: string
}

/**
 * Plans scopes once for each way a program writes them; what is legal and probably not meant is
 * told to the developer that one time, and so is what is asked for.
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
    settings.onEvent({ type: 'scopes-asked', purpose, scopes: plan.scopes })
    if (plans.size >= rememberedPlans) plans.clear()
    plans.set(key, plan)
    return plan
  }
}

function isOrganization(tenant: string): boolean {
  return isGuid(tenant) && tenant !== personalAccountTenant
}
