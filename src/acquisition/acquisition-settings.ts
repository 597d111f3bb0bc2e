import type { Clock } from '../platform/clock.js'
import type { TokenEndpoint } from '../platform/token-endpoint.js'
import type { Authority } from '../protocol/authority.js'
import type { ScopePlan } from '../protocol/scope-plan.js'
import type { ScopeRequest } from './scope-planner.js'
import type { GraphAddress } from './token-source-settings.js'

/** What every source of tokens needs to know of the app. */
export interface AcquisitionSettings {
  readonly authority: Authority
  readonly clientId: string
  /** App ID URIs of this app as an API. */
  readonly audiences: readonly string[]
  readonly endpoint: TokenEndpoint
  readonly plan: (request: ScopeRequest) => ScopePlan
  readonly graph: GraphAddress
  readonly fetch: typeof fetch
  readonly clock: Clock
}
