import { defaultMixed, scopeInvalid } from '../errors/scope-errors.js'

/** A `scope` parameter by its grammar alone; which APIs are meant, only a tenant can tell. */
export interface ParsedScope {
  /** As it was sent. */
  text: string
  /** OpenID Connect scopes, in the order they were sent. */
  openid: OpenidScope[]
  /** Permissions of APIs. */
  permissions: PermissionName[]
}

interface PermissionName {
  /** How the API was named; undefined, and so Microsoft Graph, when it was left out. */
  resource: string | undefined
  /** `.default`, or a permission. */
  name: string
}

const openidScopes = ['openid', 'profile', 'email', 'offline_access'] as const
export type OpenidScope = (typeof openidScopes)[number]

/** `.default` stands for everything that is registered, so it stands alone (AADSTS70011). */
export const defaultScope = '.default'

/**
 * The permission is what follows the last slash, because Application ID URIs contain slashes; an
 * identifier that itself ends in a slash therefore leads to two.
 * https://learn.microsoft.com/entra/identity-platform/scopes-oidc
 */
export function parseScope(text: string): ParsedScope {
  const scopes = [...new Set(text.split(' ').filter((scope) => scope !== ''))]
  const permissions = scopes.filter((scope) => !isOpenidScope(scope)).map((scope) => parsed(scope))
  if (permissions.length > 1 && permissions.some(({ name }) => name === defaultScope)) {
    throw defaultMixed(text)
  }
  return { text, openid: scopes.filter(isOpenidScope), permissions }
}

/** Nothing an access token could be for; with `openid` and its like, it would be UserInfo. */
export function namesNoApi({ openid, permissions }: ParsedScope): boolean {
  return permissions.length === 0 && openid.every((scope) => scope === 'offline_access')
}

export function isOpenidScope(scope: string): scope is OpenidScope {
  return (openidScopes as readonly string[]).includes(scope)
}

function parsed(scope: string): PermissionName {
  const slash = scope.lastIndexOf('/')
  const name = scope.slice(slash + 1)
  if (name === '' || slash === 0 || !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)) {
    throw scopeInvalid(scope)
  }
  return { resource: slash === -1 ? undefined : scope.slice(0, slash), name }
}
