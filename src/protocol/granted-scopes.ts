import type { ScopePlan } from './scope-plan.js'
import { graphAppId, isSameResource } from './scopes.js'
import { isGuid } from './tenant.js'

/**
 * What a plan wanted and a token response did not grant: fully qualified scopes, none when all is
 * there. That no consent page appeared proves nothing, so look after every grant.
 *
 * A plan with `.default` is content with whatever was granted at its resource; to know whether a
 * `.default` token can do something in particular, compare a plan that names it. The OpenID
 * Connect scopes are left out: `offline_access` is never echoed and the others only sometimes.
 *
 * @param granted `scope` of the token response; without one everything was granted
 *   (RFC 6749 section 5.1).
 * @see https://learn.microsoft.com/entra/identity-platform/scopes-oidc
 */
export function missingScopes(plan: ScopePlan, granted: string | undefined): readonly string[] {
  if (granted === undefined) return []
  const grants = granted.split(' ').flatMap((text) => grantOf(text, plan.graphResource))
  return plan.scopes.filter((scope) => !grants.some((grant) => covers(grant, scope, plan)))
}

/** Whether a token response granted all that the plan wanted; see {@link missingScopes}. */
export function isSatisfiedBy(plan: ScopePlan, granted: string | undefined): boolean {
  return missingScopes(plan, granted).length === 0
}

interface Grant {
  readonly resource: string
  readonly permission: string
}

/** Granted scopes come from the wire, so what cannot be read is no grant and no error. */
function grantOf(text: string, graphResource: string): readonly Grant[] {
  if (text === '' || oidcNames.has(text.toLowerCase())) return []
  const slash = text.lastIndexOf('/')
  const resource = slash < 0 ? graphResource : text.slice(0, slash)
  return [
    {
      resource: resource.toLowerCase() === graphAppId ? graphResource : resource,
      permission: text.slice(slash + 1).toLowerCase(),
    },
  ]
}

const oidcNames: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'offline_access'])

function covers(grant: Grant, wanted: string, plan: ScopePlan): boolean {
  // An API asked for by its GUID may be echoed by its URI; a token has one resource either way.
  if (!isGuid(plan.resource) && !isSameResource(grant.resource, plan.resource)) return false
  return (
    plan.isDefault || grant.permission === wanted.slice(wanted.lastIndexOf('/') + 1).toLowerCase()
  )
}
