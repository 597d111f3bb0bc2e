import { createBoundedMap, type BoundedMap } from '../protocol/bounded-map.js'
import type { UserCaller } from '../protocol/caller.js'
import { isGuid } from '../protocol/tenant.js'
import type { Condition } from './condition.js'
import { denied, type RouteContext } from './requirement-context.js'
import { listed, meets, textsIn, type Quantity } from './user-conditions.js'

/**
 * Group memberships, by object id (or by name where the API has tokens carry names). A token with
 * too many groups lists none; then `groupsOf` is asked, and without it the user is refused. The
 * address that such a token names is never visited: it is the retired Azure AD Graph's.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference#groups-overage-claim
 */
export function groupsHeld(
  route: RouteContext,
  quantity: Quantity,
  groups: readonly string[],
): Condition<UserCaller> {
  const wanted = groups.map(comparable)
  const resolve = resolvedGroups(route)

  function verdict(held: readonly string[]) {
    if (meets(quantity, wanted, held.map(comparable))) return undefined
    return denied(route, {
      reason: 'group-missing',
      found: `${held.length} groups without them`,
      expected: listed(quantity, groups),
      cure: 'Add the user to the group. If tokens carry no groups at all, set groupMembershipClaims in the app registration.',
    })
  }

  return function groupsHeld(caller) {
    if (!hasOverage(caller)) return verdict(textsIn(caller.claims.groups))
    if (resolve !== undefined) return resolve(caller).then(verdict)
    return denied(route, {
      reason: 'groups-unresolved',
      found: 'a user with more groups than a token holds',
      expected: listed(quantity, groups),
      cure:
        'Configure a credential, so that memberships can be read from Microsoft Graph on behalf of the user, or set ' +
        'groupMembershipClaims to ApplicationGroup, so that tokens list only the groups assigned to this app.',
    })
  }
}

function hasOverage({ claims }: UserCaller): boolean {
  if (claims.hasgroups === true || claims.hasgroups === 'true') return true
  const names = claims._claim_names
  return typeof names === 'object' && names !== null && Object.hasOwn(names, 'groups')
}

const rememberedFor = 5 * 60_000
/** The caller with its token, which is kept for as long as its groups, and then each of these. */
const callerBytes = 8 * 1024
const groupBytes = 64

interface Resolved {
  readonly groups: Promise<readonly string[]>
  readonly at: number
}

/** One lookup per caller and five minutes; parallel requests share it, and a failed one is not kept. */
function resolvedGroups({ settings }: RouteContext) {
  const { groupsOf, clock } = settings
  if (groupsOf === undefined) return undefined
  const known = knownTo(groupsOf, settings.cacheBytes)
  return function resolve(caller: UserCaller): Promise<readonly string[]> {
    const before = known.get(caller)
    if (before !== undefined && isFresh(clock() - before.at)) return before.groups
    const groups = groupsOf(caller).then(textsIn)
    const lookup = { groups, at: clock() }
    const isLatest = () => known.get(caller) === lookup
    known.set(caller, lookup, callerBytes)
    groups.then(
      ({ length }) => {
        if (isLatest()) known.set(caller, lookup, callerBytes + length * groupBytes)
      },
      () => {
        if (isLatest()) known.delete(caller)
      },
    )
    return groups
  }
}

/** A clock that was set back makes no lookup last longer. */
function isFresh(age: number): boolean {
  return age >= 0 && age < rememberedFor
}

type Lookups = BoundedMap<Resolved, UserCaller>

// Kept per resolver, not per route: the routes of one instance share what was looked up.
const lookups = new WeakMap<object, Lookups>()

function knownTo(groupsOf: object, limit: number): Lookups {
  const known = lookups.get(groupsOf) ?? createBoundedMap<Resolved, UserCaller>(limit)
  lookups.set(groupsOf, known)
  return known
}

/** Object ids in any case are the same group; names are compared letter by letter. */
function comparable(group: string): string {
  return isGuid(group) ? group.toLowerCase() : group
}
