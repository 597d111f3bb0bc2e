import { mergeClaims } from '../protocol/claims-request.js'
import type { ScopePlan } from '../protocol/scope-plan.js'
import { isSameResource } from '../protocol/scopes.js'
import { ScopesInvalidError } from '../protocol/scopes-invalid-error.js'
import type { ScopePurpose } from '../protocol/scope-purpose.js'
import type { AcquisitionSettings } from './acquisition-settings.js'
import type { Demand, TokenQuestion } from './token-source-settings.js'

/** A legal question for a token. */
export interface WantedToken {
  readonly plan: ScopePlan
  /** What a `.default` token has to hold; undefined when whatever was granted will do. */
  readonly needs: ScopePlan | undefined
  readonly demand: Demand | undefined
  /** What the one who asks can do beyond what the app has declared. */
  readonly capability: string | undefined
}

/**
 * Settles what a program asks for.
 *
 * @throws ScopesInvalidError (ERR_ENTRA_SCOPES_INVALID) when the platform would refuse it, or when
 *   `needs` is not what a `.default` token of that API can hold.
 */
export function wantedToken(
  { scopes, needs, demand, capability }: TokenQuestion,
  purpose: ScopePurpose,
  { plan: planFor, graph }: Pick<AcquisitionSettings, 'plan' | 'graph'>,
): WantedToken {
  const plan = planFor({ scopes: scopes ?? `${graph.resource}/.default`, purpose })
  if (needs === undefined) return { plan, needs: undefined, demand, capability }
  // Named permissions, whatever the purpose: they are compared, not sent.
  const needed = planFor({ scopes: needs, purpose: 'user' })
  if (!plan.isDefault) throw invalid(plan, 'is given together with named scopes', namedAlready)
  if (needed.isDefault || needed.isUserInfo) {
    throw invalid(needed, 'names no permission', 'Name permissions, such as Mail.Read.')
  }
  if (!isSameResource(plan.resource, needed.resource)) {
    throw invalid(
      needed,
      `is of ${needed.resource}, and the token of ${plan.resource}`,
      'One token has one resource: name permissions of the API that the token is for.',
    )
  }
  return { plan, needs: needed, demand, capability }
}

/** Whether it says nothing but scopes, as nearly all questions. */
export function isPlain({ needs, demand, capability }: TokenQuestion): boolean {
  return needs === undefined && demand === undefined && capability === undefined
}

/** The claims of a request in the name of somebody with a capability of their own. */
export function claimsWith(
  capability: string | undefined,
  claims: string | undefined,
): string | undefined {
  return mergeClaims(claims, capability === undefined ? [] : [capability])
}

const namedAlready =
  'Leave needs out: named scopes are compared with what was granted anyway. It belongs to .default.'

function invalid({ scopes }: ScopePlan, found: string, cure: string): ScopesInvalidError {
  return new ScopesInvalidError({ found: `needs ${found}.`, cure, scopes })
}
