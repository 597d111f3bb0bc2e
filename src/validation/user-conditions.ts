import { ClaimsRequiredError, ScopeMissingError } from '../protocol/access-errors.js'
import type { UserCaller } from '../protocol/caller.js'
import { shown } from '../protocol/refusal-reason.js'
import type { Condition } from './condition.js'
import { denied, type RouteContext } from './requirement-context.js'

/** How a list of names must be met. */
export type Quantity = 'all' | 'any'

export function meets(
  quantity: Quantity,
  wanted: readonly string[],
  held: readonly string[],
): boolean {
  return quantity === 'all'
    ? wanted.every((name) => held.includes(name))
    : wanted.some((name) => held.includes(name))
}

/** Short scope names, compared letter by letter. */
export function scopesHeld(
  route: RouteContext,
  quantity: Quantity,
  scopes: readonly string[],
): Condition<UserCaller> {
  const { uri } = route.audiences
  return function scopesHeld(caller) {
    if (meets(quantity, scopes, caller.scopes)) return undefined
    const explanation = {
      reason: 'scope-missing',
      found: `scp ${shown(caller.scopes.join(' '))}`,
      expected: listed(quantity, scopes),
      cure: `The client asks for ${scopes.map((scope) => `${uri}/${scope}`).join(' ')}; the user or an administrator consents.`,
    } as const
    return new ScopeMissingError(explanation, { ...route.settings.challenge, scope: route.scope })
  }
}

export function userRolesHeld(
  route: RouteContext,
  quantity: Quantity,
  roles: readonly string[],
): Condition<UserCaller> {
  return function userRolesHeld(caller) {
    if (meets(quantity, roles, caller.roles)) return undefined
    return denied(route, {
      reason: 'user-role-missing',
      found: `roles ${shown(caller.roles.join(' '))}`,
      expected: listed(quantity, roles),
      cure: 'Assign the user (or a group of theirs) the app role, under Enterprise applications, Users and groups. It arrives with their next token.',
    })
  }
}

/**
 * Guests have `acct` 1 where the API asked for that optional claim; otherwise they come from
 * another identity provider than the tenant itself.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
 */
export function guestsAs(route: RouteContext, rule: 'refuse' | 'only'): Condition<UserCaller> {
  const { v1IssuerHost } = route.settings.authority.cloud
  return function guestsAs(caller) {
    const guest = isGuest(caller, v1IssuerHost)
    if (guest === (rule === 'only')) return undefined
    return denied(route, {
      reason: 'guest-refused',
      found: guest ? 'a guest of the tenant' : 'a member of the tenant',
      expected: rule === 'only' ? 'a guest' : 'a member',
      cure: 'Change guests in the requirement if they are welcome. The optional claim acct tells guests reliably.',
    })
  }
}

function isGuest({ claims, tenantId }: UserCaller, v1IssuerHost: string): boolean {
  if (claims.acct === 0 || claims.acct === 1) return claims.acct === 1
  const { idp, iss } = claims
  if (idp === undefined) return false
  const own = [v1IssuerHost, 'sts.windows.net'].map((host) => `https://${host}/${tenantId}/`)
  return idp !== iss && !own.includes(idp)
}

/**
 * Authentication contexts. A client that understands claims challenges is sent for the first
 * missing one; any other is refused, because it could not act on a challenge.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context
 */
export function authContextsMet(
  route: RouteContext,
  contexts: readonly string[],
): Condition<UserCaller> {
  const { authority, challenge } = route.settings
  return function authContextsMet(caller) {
    const held = textsIn(caller.claims.acrs)
    const missing = contexts.find((context) => !held.includes(context))
    if (missing === undefined) return undefined
    const explanation = {
      reason: 'auth-context-missing',
      found: `acrs ${shown(held.join(' '))}`,
      expected: listed('all', contexts),
      cure:
        'The client sends the claims of the challenge to the authorize endpoint. It must declare the capability cp1, ' +
        'and this API must ask for the optional claims xms_cc and acrs.',
    } as const
    if (!understandsChallenges(caller)) return denied(route, explanation)
    const claims = JSON.stringify({ access_token: { acrs: { essential: true, value: missing } } })
    const { clientId } = route.audiences
    return new ClaimsRequiredError(explanation, {
      ...challenge,
      authority,
      clientId,
      claims,
    })
  }
}

function understandsChallenges({ claims }: UserCaller): boolean {
  return textsIn(claims.xms_cc).some((capability) => capability.toLowerCase() === 'cp1')
}

/** The claims were declared as lists of text, but they are what the token says. */
export function textsIn(claim: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(claim) ? claim : []
  return list.filter((entry) => typeof entry === 'string')
}

export function listed(quantity: Quantity, names: readonly string[]): string {
  const all = names.map((name) => shown(name))
  return all.join(quantity === 'all' ? ' and ' : ' or ')
}
