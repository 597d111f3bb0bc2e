import type { Application, Tenant } from '../directory.js'
import { noReplyAddress, parameterMissing, replyAddressMismatch } from '../errors/catalogue.js'
import { parseScope, defaultScope } from '../scopes/parse-scope.js'
import { planScopes } from '../scopes/scope-plan.js'
import { registered, type NeededPermission } from '../consent/needed-permissions.js'
import { isRegisteredRedirectUri } from '../authorize/redirect-uri.js'
import type { Parameters } from '../http/parameters.js'
import type { Platform } from '../platform/platform.js'
import { requireClient } from '../platform/require-client.js'
import type { TenantSegment } from '../platform/tenant-segment.js'

/** The two generations differ in whether a scope is named and in how a refusal is told. */
type AdminConsentVersion = 'v1' | 'v2'

export interface AdminConsentRequest {
  version: AdminConsentVersion
  segment: TenantSegment
  client: Application
  /** v2 only. */
  scope: string | undefined
  redirectUri: string
  state: string | undefined
}

/** What an administrator is asked to grant for everyone. */
export interface AdminConsentPermissions {
  delegated: NeededPermission[]
  /** Application permissions, by API. */
  application: { resource: Application; roles: string[] }[]
  /** The full names, for the answer. */
  scope: string
}

export function readAdminConsentRequest(
  platform: Platform,
  parameters: Parameters,
  { segment, version }: Pick<AdminConsentRequest, 'segment' | 'version'>,
): AdminConsentRequest {
  const { client_id: clientId, redirect_uri: given, scope, state } = parameters
  if (clientId === undefined) throw parameterMissing('client_id')
  const client = requireClient(platform, segment, clientId)
  const redirectUri = given ?? client.redirectUris[0]
  if (redirectUri === undefined) throw noReplyAddress()
  if (!isRegisteredRedirectUri(client, redirectUri)) {
    throw replyAddressMismatch(redirectUri, client.appId)
  }
  if (version === 'v2' && scope === undefined) throw parameterMissing('scope')
  return {
    version,
    segment,
    client,
    scope: version === 'v2' ? scope : undefined,
    redirectUri,
    state,
  }
}

/** Without a scope, or with `.default`, everything the registration lists; else the named scopes. */
export function permissionsAsked(
  platform: Platform,
  { client, scope }: AdminConsentRequest,
  tenant: Tenant,
): AdminConsentPermissions {
  const plan = planScopes(platform, {
    parsed: parseScope(scope ?? defaultScope),
    client,
    tenant,
    unknownScopeError: 'invalid_client',
  })
  const usesDefault = plan.resources.some((request) => request.usesDefault)
  const delegated = usesDefault
    ? registered(platform, client, tenant)
    : plan.resources.flatMap(({ resource, names }) =>
        (resource.scopes ?? [])
          .filter(({ value }) => names.includes(value))
          .map((permission) => ({ client, resource, permission })),
      )
  const application = usesDefault ? applicationPermissions(platform, client) : []
  return { delegated, application, scope: fullNames(platform, delegated, application) }
}

function applicationPermissions(
  { registry }: Platform,
  { requiredResourceAccess = [] }: Application,
): AdminConsentPermissions['application'] {
  return requiredResourceAccess.flatMap(({ resourceAppId, roles = [] }) => {
    const resource = registry.application(resourceAppId)
    return resource === undefined || roles.length === 0 ? [] : [{ resource, roles }]
  })
}

function fullNames(
  { cloud }: Platform,
  delegated: NeededPermission[],
  application: AdminConsentPermissions['application'],
): string {
  const identifierOf = ({ identifierUris, appId }: Application): string =>
    appId.startsWith('00000003-') ? cloud.graphResource : (identifierUris[0] ?? appId)
  const names = [
    ...delegated.map(({ resource, permission }) => `${identifierOf(resource)}/${permission.value}`),
    ...application.flatMap(({ resource, roles }) =>
      roles.map((role) => `${identifierOf(resource)}/${role}`),
    ),
  ]
  return [...new Set(names)].join(' ')
}
