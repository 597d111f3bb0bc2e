import type { Caller } from '../protocol/caller.js'
import type { AccessRequirement, NonEmpty } from '../validation/requirement.js'
import type { RequestView } from './request-view.js'

/** Lets a request through as its caller, or throws (or rejects with) the refusal that answers it. */
export type Guard = (request: RequestView) => Caller | Promise<Caller>

/**
 * The guards of an API. `Handler` is what a framework mounts: each adapter turns the core's guards
 * into its own.
 */
export interface ApiGuards<Handler> {
  /** Users only, through a client that holds every one of these scopes. */
  requireScopes(...scopes: NonEmpty<string>): Handler
  /** Users only, through a client that holds at least one of these scopes. */
  requireAnyScope(...scopes: NonEmpty<string>): Handler
  /** Apps only, which hold every one of these application permissions. */
  requireAppRoles(...roles: NonEmpty<string>): Handler
  /** Apps only, which hold at least one of these application permissions. */
  requireAnyAppRole(...roles: NonEmpty<string>): Handler
  /** Users only, who hold every one of these app roles. */
  requireUserRoles(...roles: NonEmpty<string>): Handler
  /** Users only, who hold at least one of these app roles. */
  requireAnyUserRole(...roles: NonEmpty<string>): Handler
  /**
   * Users, apps or both, each with what they must hold. A kind of caller that is not named is
   * refused.
   *
   * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) at construction for an empty or
   *   contradictory requirement.
   */
  requireAccess(requirement: AccessRequirement): Handler
}

/** Every guard is a way to say `requireAccess`. */
export function createApiGuards<Handler>(
  requireAccess: (requirement: AccessRequirement) => Handler,
): ApiGuards<Handler> {
  return {
    requireAccess,
    requireScopes: (...scopes) => requireAccess({ user: { scopes } }),
    requireAnyScope: (...anyScope) => requireAccess({ user: { anyScope } }),
    requireAppRoles: (...roles) => requireAccess({ app: { roles } }),
    requireAnyAppRole: (...anyRole) => requireAccess({ app: { anyRole } }),
    requireUserRoles: (...roles) => requireAccess({ user: { roles } }),
    requireAnyUserRole: (...anyRole) => requireAccess({ user: { anyRole } }),
  }
}
