import { quotedScope, ScopesInvalidError } from './scopes-invalid-error.js'
import { isGuid } from './tenant.js'

/** The application ID of Microsoft Graph, the same in every cloud. */
export const graphAppId = '00000003-0000-0000-c000-000000000000'

/** The four OpenID Connect scopes of the Microsoft identity platform, in the order we send them. */
export const oidcScopes = Object.freeze(['openid', 'profile', 'email', 'offline_access'] as const)

/** One scope, taken apart: a permission of a resource, or one of the OpenID Connect scopes. */
export interface Scope {
  /**
   * Identifier of the resource exactly as registered, its own trailing slash kept; Microsoft Graph
   * when it was left out, and for the OpenID Connect scopes, whose token calls Graph's UserInfo.
   */
  readonly resource: string
  /** The text after the last slash: `User.Read`, `.default`, `openid`. */
  readonly permission: string
  readonly isOidc: boolean
  readonly isDefault: boolean
  /** True when the resource was left out. */
  readonly isBare: boolean
  /** The scope as it is sent: `{resource}/{permission}`, or the OpenID Connect scope alone. */
  readonly text: string
}

/**
 * Reads a list of scopes: a string with spaces between them, or an array.
 *
 * @param graphResource Microsoft Graph of the configured cloud, without a trailing slash.
 * @throws ScopesInvalidError for a scope the platform cannot know; see {@link parseScope}.
 */
export function parseScopes(
  input: string | readonly string[],
  graphResource: string,
): readonly Scope[] {
  // JavaScript callers are not held by the type.
  const list: readonly unknown[] = typeof input === 'string' ? [input] : input
  return list.flatMap((item) => {
    if (typeof item !== 'string') throw notText(item)
    const written = item.split(' ').filter((text) => text !== '')
    return written.map((text) => parseScope(text, graphResource))
  })
}

/**
 * Takes one scope apart at its last slash, because identifiers of resources hold slashes too:
 * `https://management.azure.com//.default` is `.default` of `https://management.azure.com/`.
 *
 * @throws ScopesInvalidError when it has a character that RFC 6749 appendix A.4 does not allow,
 *   lacks the resource or the permission, or is an OpenID Connect scope the platform lacks.
 * @see https://learn.microsoft.com/entra/identity-platform/scopes-oidc
 */
export function parseScope(text: string, graphResource: string): Scope {
  requireScopeCharacters(text)
  const slash = text.lastIndexOf('/')
  const written = slash < 0 ? undefined : text.slice(0, slash)
  const permission = text.slice(slash + 1)
  if (written === undefined) requireName(text)
  else requireResource(text, written, permission)
  const resource = written === undefined ? graphResource : canonicalResource(written, graphResource)
  const oidc = resource === graphResource ? oidcScopeOf(permission) : undefined
  const isDefault = permission.toLowerCase() === '.default'
  const name = oidc ?? (isDefault ? '.default' : permission)
  return Object.freeze({
    resource,
    permission: name,
    isOidc: oidc !== undefined,
    isDefault,
    isBare: written === undefined,
    text: oidc ?? `${resource}/${name}`,
  })
}

/**
 * The scope for everything that was consented to at one resource: exactly `{resource}/.default`.
 * An identifier that ends in a slash gives two slashes, and has to.
 *
 * @example defaultScopeOf('https://management.azure.com/') // 'https://management.azure.com//.default'
 * @throws ScopesInvalidError when the identifier is empty, has a character that a scope cannot
 *   hold, or is a scope already.
 */
export function defaultScopeOf(resource: string): string {
  requireScopeCharacters(resource)
  if (/\/\.default$/i.test(resource)) {
    throw new ScopesInvalidError({
      found: `${quotedScope(resource)} is a scope, not the identifier of a resource.`,
      aadsts: 70011,
      cure: `Use it as it is, or write ${quotedScope(resource.slice(0, -'/.default'.length))}.`,
      scopes: [resource],
    })
  }
  return `${resource}/.default`
}

/**
 * The scope that asks for what the `resource` parameter of the v1.0 endpoint asked for. Takes the
 * parameter's value, or the parameter as it stood in a request: `resource=https%3A%2F%2F…`.
 *
 * @throws ScopesInvalidError when it holds no identifier of a resource.
 */
export function fromResourceParameter(parameter: string): string {
  if (!parameter.startsWith('resource=')) return defaultScopeOf(parameter)
  return defaultScopeOf(new URLSearchParams(parameter).get('resource') ?? '')
}

/** Whether two identifiers name the same resource; the platform compares them without case. */
export function isSameResource(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

function canonicalResource(written: string, graphResource: string): string {
  const isGraph = written.toLowerCase() === graphAppId || isSameResource(written, graphResource)
  return isGraph ? graphResource : written
}

function oidcScopeOf(permission: string): string | undefined {
  const name = permission.toLowerCase()
  if (name === 'address' || name === 'phone') {
    throw new ScopesInvalidError({
      found: `The scope ${quotedScope(permission)} is not supported by the Microsoft identity platform.`,
      aadsts: 650053,
      cure: `Remove it; of the OpenID Connect scopes there are ${oidcScopes.join(', ')}.`,
      scopes: [permission],
    })
  }
  return oidcScopes.find((scope) => scope === name)
}

function requireScopeCharacters(text: string): void {
  if (/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text)) return
  throw new ScopesInvalidError({
    found: `The scope ${quotedScope(text)} is empty or has a character that a scope cannot hold.`,
    aadsts: 70011,
    cure: 'Use printable ASCII without quotes and backslashes, and single spaces between scopes.',
    scopes: [text],
  })
}

function requireName(text: string): void {
  if (!isGuid(text)) return
  throw missingPermission(text, `${text}/.default`)
}

function requireResource(text: string, resource: string, permission: string): void {
  const parameter = /^resource=(?<value>.+)$/i.exec(text)?.groups?.['value']
  if (parameter !== undefined) throw missingPermission(text, `${parameter}/.default`)
  if (/^[a-z][a-z0-9+.-]*:\/*$/i.test(resource)) throw missingPermission(text, `${text}/.default`)
  if (permission === '') throw missingPermission(text, `${resource}/.default`)
  if (isGuid(resource) || /^[a-z][a-z0-9+.-]*:./i.test(resource)) return
  throw new ScopesInvalidError({
    found: `The scope ${quotedScope(text)} names no resource: its identifier is neither a URI nor a GUID.`,
    aadsts: 500011,
    cure: `Write the resource in full, such as ${quotedScope(`https://${text.replace(/^\/+/, '')}`)} or "api://{client id of the API}/${permission}".`,
    scopes: [text],
  })
}

function missingPermission(text: string, instead: string): ScopesInvalidError {
  return new ScopesInvalidError({
    found: `The scope ${quotedScope(text)} names a resource without a permission.`,
    aadsts: 70011,
    cure:
      `Write ${quotedScope(instead)} for everything consented to, or name a permission. ` +
      'If the identifier itself ends in a slash, the scope has two.',
    scopes: [text],
  })
}

function notText(item: unknown): ScopesInvalidError {
  const kind = item === null ? 'null' : Array.isArray(item) ? 'a list' : typeof item
  return new ScopesInvalidError({
    found: `A scope is ${kind} rather than text.`,
    cure:
      'Give a string with spaces between scopes, or an array of strings; where scopes are arguments, such as ' +
      "in requireToken('User.Read', 'Mail.Read'), each by itself.",
    scopes: [],
  })
}
