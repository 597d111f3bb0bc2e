import { isGraphApplicationOnlyPermission } from './graph-permissions.js'
import type { ScopePlanContext } from './scope-purpose.js'
import { quotedScope, ScopesInvalidError } from './scopes-invalid-error.js'
import { defaultScopeOf, isSameResource, type Scope } from './scopes.js'
import { isTenantGroup, personalAccountTenant } from './tenant.js'

/** A request as written, before it is a plan. */
export interface ScopeRequest {
  readonly asked: readonly Scope[]
  /** What of it is not an OpenID Connect scope. */
  readonly named: readonly Scope[]
  readonly context: ScopePlanContext
}

/** Holds a request against the platform's rules. @throws ScopesInvalidError at the first broken one. */
export function requireLegal(request: ScopeRequest): void {
  requireSomething(request)
  if (request.context.purpose === 'app') requireAppOnly(request)
  else refuseApplicationPermissions(request)
  refuseMixedConsent(request)
  requireOneResource(request)
  refuseOwnToken(request)
  if (request.context.purpose === 'on-behalf-of') requireDefault(request)
}

function requireSomething({ asked, named, context }: ScopeRequest): void {
  const { purpose, graphResource } = context
  if (purpose === 'sign-in' || purpose === 'on-behalf-of') return
  if (purpose === 'user' ? asked.length > 0 : named.length > 0) return
  if (purpose === 'app' && asked.length > 0) return
  throw new ScopesInvalidError({
    found: 'No scope of a resource is named.',
    aadsts: purpose === 'app' ? 1002012 : 28003,
    cure: `Name a resource, such as ${quotedScope(defaultScopeOf(graphResource))} for Microsoft Graph.`,
    scopes: textsOf(asked),
  })
}

/** Client credentials: one resource, `.default`, a concrete tenant, no user and so no OpenID Connect. */
function requireAppOnly({ asked, named, context }: ScopeRequest): void {
  const { tenant } = context
  if (tenant !== undefined && (isTenantGroup(tenant) || tenant === personalAccountTenant)) {
    throw new ScopesInvalidError({
      found: `An app-only token belongs to one organization, and the tenant is ${quotedScope(tenant)}.`,
      aadsts: 9001023,
      cure: 'Name the tenant by its GUID or domain.',
      scopes: textsOf(asked),
    })
  }
  const oidc = asked.find((scope) => scope.isOidc)
  if (oidc !== undefined) {
    throw new ScopesInvalidError({
      found: `The scope ${quotedScope(oidc.text)} is about a user, and an app-only token has none.`,
      aadsts: 70011,
      cure: 'Remove it; an app-only token comes without ID token and refresh token.',
      scopes: textsOf(asked),
    })
  }
  const individual = named.find((scope) => !scope.isDefault)
  if (individual === undefined) return
  throw new ScopesInvalidError({
    found: `An app-only token takes no single permissions, and ${quotedScope(individual.text)} is one.`,
    aadsts: 1002012,
    cure:
      `Ask for ${quotedScope(defaultScopeOf(individual.resource))}: the token carries every ` +
      'application permission that an administrator granted to this application.',
    scopes: textsOf(asked),
  })
}

/** R16. Our list of names may be older than the platform's; `.default` names none. */
function refuseApplicationPermissions({ asked, named, context }: ScopeRequest): void {
  const found = named.find(
    ({ resource, permission }) =>
      resource === context.graphResource && isGraphApplicationOnlyPermission(permission),
  )
  if (found === undefined) return
  const everything = quotedScope(defaultScopeOf(found.resource))
  throw new ScopesInvalidError({
    found:
      `${quotedScope(found.permission)} is an application permission of Microsoft Graph. No user ` +
      'can consent to it, and no token of a user can carry it.',
    aadsts: 650053,
    cure:
      `Call Graph as the application itself, whose token for ${everything} carries it: forApp(). If ` +
      `Microsoft Graph now has a delegated permission of this name, ask for ${everything} here too.`,
    scopes: textsOf(asked),
  })
}

function refuseMixedConsent({ asked, named }: ScopeRequest): void {
  const everything = named.find((scope) => scope.isDefault)
  const other = named.find((scope) => !isSameResource(scope.text, everything?.text ?? scope.text))
  if (everything === undefined || other === undefined) return
  throw new ScopesInvalidError({
    found:
      `${quotedScope(everything.text)} stands beside ${quotedScope(other.text)}: .default asks for what ` +
      'the registration lists and cannot be combined with another scope of a resource.',
    aadsts: 70011,
    cure: other.isDefault
      ? 'Ask for each .default on its own.'
      : 'Keep .default alone, or name every scope. openid, profile, email and offline_access may stay.',
    scopes: textsOf(asked),
  })
}

function requireOneResource({ asked, named, context }: ScopeRequest): void {
  if (context.purpose === 'sign-in' || context.purpose === 'admin-consent') return
  const [first, ...others] = named
  if (first === undefined) return
  const other = others.find((scope) => !isSameResource(scope.resource, first.resource))
  if (other === undefined) return
  throw new ScopesInvalidError({
    found:
      `One token is for one resource, and the scopes name ${quotedScope(first.resource)} and ` +
      `${quotedScope(other.resource)}.`,
    aadsts: 28000,
    cure: 'Acquire a token for each. A sign-in may ask for consent to several resources at once.',
    scopes: textsOf(asked),
  })
}

/** An application that asks for itself: by its URI never, on behalf of its caller never. */
function refuseOwnToken({ asked, named, context }: ScopeRequest): void {
  const { clientId, purpose } = context
  if (clientId === undefined) return
  const byUri = named.find((scope) => isSameResource(scope.resource, `api://${clientId}`))
  const own = byUri ?? named.find((scope) => isSameResource(scope.resource, clientId))
  if (own === undefined) return
  if (purpose === 'on-behalf-of') {
    throw new ScopesInvalidError({
      found: `${quotedScope(own.text)} is this API itself: the caller's token is for it already.`,
      cure: 'Name the API to be called next.',
      scopes: textsOf(asked),
    })
  }
  if (byUri === undefined) return
  throw new ScopesInvalidError({
    found: `${quotedScope(own.text)} asks for a token of this application for itself.`,
    aadsts: 90009,
    cure:
      `The platform takes that only as ${quotedScope(`${clientId}/${own.permission}`)}. Better give ` +
      'the web application and the API a registration each.',
    scopes: textsOf(asked),
  })
}

/** The documents require `.default` here; that the platform takes more is its courtesy. */
function requireDefault({ asked, named }: ScopeRequest): void {
  const individual = named.find((scope) => !scope.isDefault)
  if (individual === undefined) return
  throw new ScopesInvalidError({
    found: `On behalf of a caller, ${quotedScope(individual.text)} names a single permission.`,
    cure:
      `Ask for ${quotedScope(defaultScopeOf(individual.resource))}, as the platform documents it: nobody ` +
      'is there to consent to more. What the token has to hold can be said beside it, as needs.',
    scopes: textsOf(asked),
  })
}

function textsOf(scopes: readonly Scope[]): readonly string[] {
  return scopes.map((scope) => scope.text)
}
