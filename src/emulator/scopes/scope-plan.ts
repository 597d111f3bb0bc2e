import { graphAppId, type Application, type Tenant } from '../directory.js'
import { ownResourceByName, resourceNotFound, scopeUnknown } from '../errors/scope-errors.js'
import type { Platform } from '../platform/platform.js'
import { defaultScope, type ParsedScope, type OpenidScope } from './parse-scope.js'

/** What a request asks for, with the APIs found in a tenant. */
export interface ScopePlan {
  text: string
  openid: OpenidScope[]
  /** One entry for each API. */
  resources: ResourceRequest[]
}

export interface ResourceRequest {
  resource: Application
  /** The API as scopes in the answer name it: as it was asked for, a trailing slash included. */
  identifier: string
  /** Audience of a v1.0 token. */
  audience: string
  /** `.default`: whatever was granted. */
  usesDefault: boolean
  /** Named permissions, in the spelling of the API. */
  names: string[]
}

export interface PlanRequest {
  parsed: ParsedScope
  client: Application
  tenant: Tenant
  /** OAuth error of an unknown permission: it differs between the two endpoints. */
  unknownScopeError: 'invalid_client' | 'invalid_scope'
}

export function planScopes(platform: Platform, request: PlanRequest): ScopePlan {
  const { parsed, client } = request
  const resources = new Map<string, ResourceRequest>()
  for (const { resource: named, name } of parsed.permissions) {
    const resource = findResource(platform, request, named)
    refuseOwnResourceByName(client, resource, named)
    const entry = resources.get(resource.appId) ?? newEntry(platform, resource, named)
    resources.set(resource.appId, entry)
    if (name === defaultScope) entry.usesDefault = true
    else entry.names.push(declaredName(request, resource, name))
  }
  return { text: parsed.text, openid: parsed.openid, resources: [...resources.values()] }
}

function newEntry(
  { cloud }: Platform,
  resource: Application,
  named: string | undefined,
): ResourceRequest {
  return {
    resource,
    identifier: named ?? cloud.graphResource,
    audience: named ?? resource.appId,
    usesDefault: false,
    names: [],
  }
}

/** The API must have a service principal in the tenant (AADSTS500011). */
function findResource(
  platform: Platform,
  { tenant }: PlanRequest,
  named: string | undefined,
): Application {
  const { directory, registry } = platform
  const resource = directory.applications.find((application) => {
    return named === undefined
      ? application.appId === graphAppId
      : isNamed(platform, application, named)
  })
  if (resource === undefined || registry.servicePrincipal(resource, tenant.id) === undefined) {
    throw resourceNotFound(named ?? graphAppId, tenant.displayName)
  }
  return resource
}

/** Whether a scope that begins with this name is one of the application's. */
export function isNamed(platform: Platform, application: Application, named: string): boolean {
  if (application.appId === named.toLowerCase()) return true
  return identifiersOf(platform, application).some(
    (identifier) => withoutSlash(identifier) === withoutSlash(named),
  )
}

export function identifiersOf({ cloud }: Platform, application: Application): readonly string[] {
  return application.appId === graphAppId ? [cloud.graphResource] : application.identifierUris
}

// `https://management.azure.com` and `https://management.azure.com/` are one API; which of the two
// was asked for only decides the audience.
function withoutSlash(identifier: string): string {
  return identifier.endsWith('/') ? identifier.slice(0, -1) : identifier
}

function refuseOwnResourceByName(
  client: Application,
  resource: Application,
  named: string | undefined,
): void {
  if (resource.appId === client.appId && named?.toLowerCase() !== client.appId) {
    throw ownResourceByName(client.appId)
  }
}

function declaredName(request: PlanRequest, resource: Application, name: string): string {
  const wanted = name.toLowerCase()
  const declared = resource.scopes?.find(({ value }) => value.toLowerCase() === wanted)
  if (declared === undefined) {
    throw scopeUnknown({
      client: request.client.displayName,
      scope: name,
      resource: resource.displayName,
      error: request.unknownScopeError,
    })
  }
  return declared.value
}
