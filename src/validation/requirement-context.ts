import { AccessDeniedError } from '../protocol/access-errors.js'
import type { Authority } from '../protocol/authority.js'
import type { ChallengeContext } from '../protocol/bearer-challenge.js'
import type { UserCaller } from '../protocol/caller.js'
import type { Explanation } from '../protocol/refusal-reason.js'
import type { Clock } from '../platform/clock.js'
import type { Audiences } from './audience.js'

/** What requirements of one `entra()` instance have in common. */
export interface RequirementContext {
  readonly clientId: string
  readonly audiences: readonly string[]
  /** Whose authorize endpoint a claims challenge names. */
  readonly authority: Authority
  readonly clock: Clock
  /**
   * Resolves the groups of a user whose token has too many to list. Without it such a user is
   * refused; what it throws rises, and nothing is granted.
   */
  readonly groupsOf?: ((caller: UserCaller) => Promise<readonly string[]>) | undefined
  /** What the groups that were looked up may take. */
  readonly cacheBytes: number
  readonly aclClients?: readonly string[] | undefined
  readonly challenge?: ChallengeContext | undefined
}

/** What the conditions of one compiled requirement are made from. */
export interface RouteContext {
  readonly audiences: Audiences
  readonly settings: RequirementContext
  /** The `scope` of every challenge of this route: what a client should ask for. */
  readonly scope: string
}

/** The refusal of a known caller, 403. */
export function denied(route: RouteContext, explanation: Explanation): AccessDeniedError {
  return new AccessDeniedError(explanation, { ...route.settings.challenge, scope: route.scope })
}
