import type { ManagedIdentity } from '../platform/managed-identity.js'
import type { TokenEndpoint } from '../platform/token-endpoint.js'
import type { Authority } from '../protocol/authority.js'
import type { ChallengeContext } from '../protocol/bearer-challenge.js'
import type { ScopePlan } from '../protocol/scope-plan.js'
import type { Telemetry } from '../protocol/telemetry.js'
import type { TokenStore } from '../stores/token-store.js'
import type { ScopeRequest } from './scope-planner.js'
import type { OutgoingCalls } from './token-source-settings.js'

/** What every source of tokens needs to know of the app. */
export interface AcquisitionSettings extends OutgoingCalls {
  readonly authority: Authority
  readonly clientId: string
  /** App ID URIs of this app as an API. */
  readonly audiences: readonly string[]
  readonly endpoint: TokenEndpoint
  /** Gets tokens of its own in place of the app's; undefined when the app proves itself. */
  readonly managedIdentity: ManagedIdentity | undefined
  readonly plan: (request: ScopeRequest) => ScopePlan
  /** What every challenge to a caller of this app as an API says. */
  readonly challenge: ChallengeContext
  /** Undefined when nobody observes. */
  readonly telemetry?: Pick<Telemetry, 'observe'> | undefined
  /** What the tokens kept in this process may take, for each grant. */
  readonly cacheBytes: number
  /** Shared with other processes; undefined when this one keeps its tokens to itself. */
  readonly store: TokenStore | undefined
}
