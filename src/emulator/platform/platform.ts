import type { AccessPolicies } from '../conditional-access/access-policies.js'
import type { Directory } from '../directory.js'
import type { ConsentStore } from '../consent/consent-store.js'
import type { KeyRing } from '../keys/key-ring.js'
import type { WorkloadIssuer } from '../workload/workload-issuer.js'
import type { Throttle } from '../token-endpoint/throttling.js'
import type { LifetimeSwitch } from './lifetimes.js'
import type { Registry } from './registry.js'
import type { Cloud } from './cloud.js'

/** What every part of the emulator works with. */
export interface Platform {
  /** What issuers and endpoints begin with. */
  origin: string
  cloud: Cloud
  directory: Directory
  registry: Registry
  keys: KeyRing
  consents: ConsentStore
  access: AccessPolicies
  lifetimes: LifetimeSwitch
  throttle: Throttle
  workload: WorkloadIssuer
  /** Access tokens that are no JWTs, with the JWT each stands for. */
  opaqueTokens: Map<string, string>
  /** The time in milliseconds. */
  now: () => number
}

/**
 * The v2.0 issuer of a tenant, or of the `{tenantid}` template. External ID names the tenant in the
 * host as well, whatever subdomain its authority is reached by.
 */
export function issuerOf({ origin }: Pick<Platform, 'origin'>, tenantId: string): string {
  const isExternal = new URL(origin).hostname.endsWith('.ciamlogin.com')
  return `${isExternal ? `https://${tenantId}.ciamlogin.com` : origin}/${tenantId}/v2.0`
}

/** The v1.0 issuer of a tenant, or of the `{tenantid}` template; it ends in a slash. */
export function v1IssuerOf({ cloud }: Pick<Platform, 'cloud'>, tenantId: string): string {
  return `${cloud.v1Issuer}/${tenantId}/`
}
