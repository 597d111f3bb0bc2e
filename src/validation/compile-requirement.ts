import type { ChallengeContext } from '../protocol/bearer-challenge.js'
import type { AppCaller, Caller, UserCaller } from '../protocol/caller.js'
import { isGuid } from '../protocol/tenant.js'
import { audiencesOf, type Audiences } from './audience.js'
import {
  appListed,
  appRolesHeld,
  checked,
  clientAmong,
  kindRefused,
  tenantAmong,
} from './common-conditions.js'
import { enforce, type Condition } from './condition.js'
import { groupsHeld } from './group-condition.js'
import type { RequirementContext, RouteContext } from './requirement-context.js'
import { knownShape, mistake, namesIn, onlyOneOf } from './requirement-shape.js'
import type { AccessRequirement } from './requirement.js'
import { shortScopeName } from './scope-names.js'
import {
  authContextsMet,
  guestsAs,
  scopesHeld,
  userRolesHeld,
  type Quantity,
} from './user-conditions.js'

type Shape = Readonly<Record<string, unknown>>
type ConditionOf<Kind extends Caller> = (
  route: RouteContext,
  quantity: Quantity,
  names: readonly string[],
) => Condition<Kind>

/** Throws (or rejects with) an AccessRefusal, or what the requirement's own functions throw. */
export type CompiledRequirement = (caller: Caller) => void | Promise<void>

/**
 * Turns a requirement into its check, once. What a caller must meet is asked in the order: kind,
 * client, tenant, scopes, roles, guests, groups, authentication contexts, the app's own check.
 *
 * @throws ConfigurationError for a requirement that is empty, misspelt, contradicts itself, or
 *   names what no token can carry.
 */
export function compileRequirement(
  requirement: AccessRequirement,
  settings: RequirementContext,
): CompiledRequirement {
  const shape = knownShape(requirement, 'requireAccess', [
    'user',
    'app',
    'clients',
    'tenants',
    'check',
  ])
  if (shape.user === undefined && shape.app === undefined) {
    throw mistake(
      'requireAccess',
      'requireAccess names neither user nor app, so nobody could pass. Name the kind of caller: user: { scopes: [...] }, app: { roles: [...] }, or both.',
    )
  }
  const audiences = audiencesOf(settings.clientId, settings.audiences)
  const user = shape.user === undefined ? undefined : userShape(shape.user, audiences)
  const scope = scopeFor(user, audiences, settings.challenge)
  const route = Object.freeze({ audiences, settings, scope })
  const common = commonConditions(route, shape)
  const check = checkOf(route, shape)
  const ofUser = user === undefined ? [kindRefused(route, 'user')] : userConditions(route, user)
  const ofApp =
    shape.app === undefined ? [kindRefused(route, 'app')] : appConditions(route, shape.app)
  // A kind that is not named is told so first, whatever its client or tenant.
  const forUser = user === undefined ? ofUser : [...common, ...ofUser, ...check]
  const forApp = shape.app === undefined ? ofApp : [...common, ...ofApp, ...check]

  return function requirementMet(caller) {
    return caller.kind === 'user' ? enforce(forUser, caller) : enforce(forApp, caller)
  }
}

function commonConditions(route: RouteContext, shape: Shape): readonly Condition[] {
  const clients = guidsIn(shape, 'clients')
  const tenants = guidsIn(shape, 'tenants')
  return [
    ...(clients === undefined ? [] : [clientAmong(route, clients)]),
    ...(tenants === undefined ? [] : [tenantAmong(route, tenants)]),
  ]
}

function checkOf(route: RouteContext, { check }: Shape): readonly Condition[] {
  if (check === undefined) return []
  if (typeof check !== 'function') {
    throw mistake(
      'check',
      `check is ${JSON.stringify(check)}. Expected a function of the caller that returns true to let it in.`,
    )
  }
  const ask = check as (caller: Caller) => unknown // a function, as was just seen
  return [checked(route, ask)]
}

/** The user's part with its scopes in short form and every list checked. */
function userShape(value: unknown, audiences: Audiences): Shape {
  const shape = knownShape(value, 'user', [...userKeys, 'guests'])
  onlyOneOf(shape, 'user', 'scopes', 'anyScope')
  onlyOneOf(shape, 'user', 'roles', 'anyRole')
  onlyOneOf(shape, 'user', 'groups', 'anyGroup')
  if (userKeys.every((key) => shape[key] === undefined)) {
    throw mistake(
      'user',
      `user requires nothing of a user. Name at least one of ${userKeys.join(', ')}.`,
    )
  }
  const { guests } = shape
  if (guests !== undefined && guests !== 'refuse' && guests !== 'only') {
    throw mistake(
      'user.guests',
      `user.guests is ${JSON.stringify(guests)}. Expected 'refuse' or 'only'; leave it out to let guests in.`,
    )
  }
  return {
    ...shape,
    ...shortened(shape, 'scopes', audiences),
    ...shortened(shape, 'anyScope', audiences),
  }
}

const userKeys = ['scopes', 'anyScope', 'roles', 'anyRole', 'groups', 'anyGroup', 'acrs'] as const

function shortened(shape: Shape, key: string, audiences: Audiences): Shape {
  const scopes = namesIn(shape, key, 'user')?.map((scope) =>
    shortScopeName(scope, audiences, `user.${key}`),
  )
  // Asked again: the short and the full form of one scope are the same name given twice.
  return { [key]: namesIn({ [key]: scopes }, key, 'user') }
}

function userConditions(route: RouteContext, shape: Shape): readonly Condition<UserCaller>[] {
  const acrs = namesIn(shape, 'acrs', 'user')
  const { guests } = shape
  return [
    ...either(route, shape, 'user', ['scopes', 'anyScope'], scopesHeld),
    ...either(route, shape, 'user', ['roles', 'anyRole'], userRolesHeld),
    ...(guests === 'refuse' || guests === 'only' ? [guestsAs(route, guests)] : []),
    ...either(route, shape, 'user', ['groups', 'anyGroup'], groupsHeld),
    ...(acrs === undefined ? [] : [authContextsMet(route, acrs)]),
  ]
}

function appConditions(route: RouteContext, value: unknown): readonly Condition<AppCaller>[] {
  const shape = knownShape(value, 'app', ['roles', 'anyRole', 'listed'])
  onlyOneOf(shape, 'app', 'roles', 'anyRole')
  const byRole = either(route, shape, 'app', ['roles', 'anyRole'], appRolesHeld)
  if (shape.listed === undefined && byRole.length > 0) return byRole
  if (shape.listed === true && byRole.length === 0) {
    const clients = (route.settings.aclClients ?? []).map((client) => client.toLowerCase())
    if (clients.length > 0) return [appListed(route, clients)]
    throw mistake(
      'app.listed',
      'app.listed is set, but allowClientsWithoutPermissions names no client. Name the clients there.',
    )
  }
  throw mistake(
    'app',
    'app requires nothing of an app. Name its application permissions: app: { roles: [...] } or { anyRole: [...] }.',
  )
}

function either<Kind extends Caller>(
  route: RouteContext,
  shape: Shape,
  option: string,
  [all, any]: readonly [string, string],
  conditionOf: ConditionOf<Kind>,
): readonly Condition<Kind>[] {
  const every = namesIn(shape, all, option)
  const some = namesIn(shape, any, option)
  return [
    ...(every === undefined ? [] : [conditionOf(route, 'all', every)]),
    ...(some === undefined ? [] : [conditionOf(route, 'any', some)]),
  ]
}

function guidsIn(shape: Shape, key: string): readonly string[] | undefined {
  const names = namesIn(shape, key, '')
  if (names === undefined) return undefined
  const wrong = names.find((name): boolean => !isGuid(name))
  if (wrong !== undefined) {
    throw mistake(
      key,
      `${key} names ${JSON.stringify(wrong)}. Expected GUIDs, as they stand in tokens.`,
    )
  }
  return names.map((name) => name.toLowerCase())
}

/**
 * What a challenge tells the client to ask for: the scopes, or what brings an app its roles. Clients
 * that are led to the metadata send the scopes on as they stand, where a short name would mean
 * Microsoft Graph (AADSTS650053).
 */
function scopeFor(
  user: Shape | undefined,
  audiences: Audiences,
  challenge: ChallengeContext | undefined,
): string {
  const scopes: unknown = user?.scopes ?? user?.anyScope
  if (!Array.isArray(scopes)) return `${audiences.uri}/.default`
  const prefix = challenge?.resourceMetadata === undefined ? '' : `${audiences.uri}/`
  return scopes.map((scope) => prefix + String(scope)).join(' ')
}
