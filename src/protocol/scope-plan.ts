import type { ScopePlanContext, ScopePurpose } from './scope-purpose.js'
import { requireLegal } from './scope-rules.js'
import { scopeWarnings } from './scope-warnings.js'
import { defaultScopeOf, isSameResource, oidcScopes, parseScopes, type Scope } from './scopes.js'

/** What is asked of one resource. */
export interface ResourceScopes {
  readonly resource: string
  /** Fully qualified, without duplicates, in alphabetical order. */
  readonly scopes: readonly string[]
}

/** A legal request for a token, settled before anything is sent. */
export interface ScopePlan {
  readonly purpose: ScopePurpose
  /** The one resource the token is for, exactly as registered. */
  readonly resource: string
  /** What to send for that resource, fully qualified; empty when only UserInfo is asked for. */
  readonly scopes: readonly string[]
  /** OpenID Connect scopes to send beside them, always in the same order. */
  readonly oidc: readonly string[]
  readonly isDefault: boolean
  /** True when only OpenID Connect scopes are asked for: the token calls UserInfo and nothing else. */
  readonly isUserInfo: boolean
  /**
   * Every resource asked for, in the order written. Sign-in and admin consent may name several:
   * consent to all at once, then acquire a token for each of them.
   */
  readonly resources: readonly ResourceScopes[]
  readonly graphResource: string
  /** For the developer's log: legal, and probably not what was meant. */
  readonly warnings: readonly string[]
}

/**
 * Settles what to send for a list of scopes. Order and duplicates make no difference, and a
 * permission of Microsoft Graph may be written with or without its resource.
 *
 * @throws ScopesInvalidError when the platform would refuse the request, or answer it with
 *   another token than the one meant; it carries the AADSTS number and the cure.
 * @example
 * planScopes('User.Read', { graphResource: 'https://graph.microsoft.com', purpose: 'user' }).scopes
 * // ['https://graph.microsoft.com/User.Read']
 * @see https://learn.microsoft.com/entra/identity-platform/scopes-oidc
 */
export function planScopes(
  input: string | readonly string[],
  context: ScopePlanContext,
): ScopePlan {
  const asked = parseScopes(input, context.graphResource)
  const named = asked.filter((scope) => !scope.isOidc)
  requireLegal({ asked, named, context })
  const resources = byResource(named.length === 0 ? impliedBy(context) : named)
  const [first] = resources
  return Object.freeze({
    purpose: context.purpose,
    resource: first?.resource ?? context.graphResource,
    scopes: first?.scopes ?? Object.freeze([]),
    oidc: oidcOf(asked, context.purpose),
    isDefault: first?.scopes[0] === `${first?.resource}/.default`,
    isUserInfo: first === undefined,
    resources,
    graphResource: context.graphResource,
    warnings: Object.freeze(scopeWarnings(named, context)),
  })
}

/** On behalf of a caller the resource may be left out altogether: Microsoft Graph's `.default`. */
function impliedBy({ purpose, graphResource }: ScopePlanContext): readonly Scope[] {
  return purpose === 'on-behalf-of' ? parseScopes(defaultScopeOf(graphResource), graphResource) : []
}

function byResource(scopes: readonly Scope[]): readonly ResourceScopes[] {
  const names = scopes
    .map((scope) => scope.resource)
    .filter((name, at, all) => all.findIndex((other) => isSameResource(name, other)) === at)
  return Object.freeze(
    names.map((resource) => Object.freeze({ resource, scopes: scopesOf(resource, scopes) })),
  )
}

/** One spelling of each scope: the platform compares without case, the first one written stays. */
function scopesOf(resource: string, scopes: readonly Scope[]): readonly string[] {
  const texts = scopes
    .filter((scope) => isSameResource(scope.resource, resource))
    .map((scope) => `${resource}/${scope.permission}`)
  const distinct = new Map(texts.toReversed().map((text) => [text.toLowerCase(), text]))
  return Object.freeze([...distinct.keys()].sort().map((key) => distinct.get(key) ?? key))
}

/** A sign-in is OpenID Connect, so `openid` cannot be left out; nothing else is added unasked. */
function oidcOf(asked: readonly Scope[], purpose: ScopePurpose): readonly string[] {
  const wanted = new Set(asked.filter((scope) => scope.isOidc).map((scope) => scope.permission))
  if (purpose === 'sign-in') wanted.add('openid')
  return Object.freeze(oidcScopes.filter((scope) => wanted.has(scope)))
}
