import type { Application, AppRole, DelegatedPermission, Tenant } from '../directory.js'
import type {
  RegisteredAccess,
  RegisteredClaim,
  RegisteredRole,
  RegisteredScope,
  Registration,
} from './registration.js'

/** The secret of every registration that was exported, since exports have none. */
const importedSecret = 'secret-for-the-emulator-only'

/** A real registration as the emulator's own; permissions named by GUID are resolved later. */
export function applicationOf(registration: Registration, tenants: readonly Tenant[]): Application {
  const { appId, displayName, web, spa, publicClient, api } = registration
  const { enableIdTokenIssuance, enableAccessTokenIssuance } = web?.implicitGrantSettings ?? {}
  return {
    appId,
    displayName,
    tenantId: homeOf(registration, tenants),
    signInAudience: (registration.signInAudience ??
      'AzureADMyOrg') as Application['signInAudience'], // its schema has checked it
    identifierUris: registration.identifierUris ?? [],
    redirectUris: [...(web?.redirectUris ?? []), ...(publicClient?.redirectUris ?? [])],
    spaRedirectUris: spa?.redirectUris ?? [],
    enableIdTokenIssuance: enableIdTokenIssuance === true,
    enableAccessTokenIssuance: enableAccessTokenIssuance === true,
    isFallbackPublicClient: registration.isFallbackPublicClient === true,
    ...(typeof web?.logoutUrl === 'string' && { logoutUrl: web.logoutUrl }),
    secrets: secretsOf(registration),
    certificates: certificatesOf(registration),
    federatedCredentials: (registration.federatedIdentityCredentials ?? []).map(
      ({ audiences, ...rest }) => ({ ...rest, audience: audiences[0] ?? '' }),
    ),
    requestedAccessTokenVersion: api?.requestedAccessTokenVersion === 2 ? 2 : 1,
    scopes: (api?.oauth2PermissionScopes ?? []).filter(isEnabled).map(permissionOf),
    appRoles: (registration.appRoles ?? []).filter(isEnabled).map(roleOf),
    knownClientApplications: api?.knownClientApplications ?? [],
    optionalClaims: {
      accessToken: (registration.optionalClaims?.accessToken ?? []).map(claimNameOf),
      idToken: (registration.optionalClaims?.idToken ?? []).map(claimNameOf),
    },
    groupMembershipClaims: groupClaimsOf(registration),
  }
}

/**
 * Turns the GUIDs of permissions into names, now that every application is known, and tells which
 * ones nobody declares.
 */
export function resolvePermissions(
  registrations: readonly Registration[],
  applications: Application[],
): string[] {
  const notes: string[] = []
  for (const registration of registrations) {
    const application = applications.find(({ appId }) => appId === registration.appId)
    if (application === undefined) continue
    application.requiredResourceAccess = (registration.requiredResourceAccess ?? []).map((access) =>
      resolvedAccess(access, applications, (id) => {
        notes.push(
          `${registration.displayName} asks for the permission ${id} of ${access.resourceAppId}, which no application of the directory declares. It was left out.`,
        )
      }),
    )
    application.preAuthorizedApplications = (registration.api?.preAuthorizedApplications ?? []).map(
      ({ appId, delegatedPermissionIds }) => ({
        appId,
        scopes: namesOf(delegatedPermissionIds ?? [], application.scopes ?? []),
      }),
    )
  }
  return notes
}

function resolvedAccess(
  { resourceAppId, resourceAccess }: RegisteredAccess,
  applications: readonly Application[],
  unknown: (id: string) => void,
) {
  const resource = applications.find(({ appId }) => appId === resourceAppId)
  const idsOf = (type: 'Scope' | 'Role') =>
    resourceAccess.filter((one) => one.type === type).map(({ id }) => id)
  const scopes = namesOf(idsOf('Scope'), resource?.scopes ?? [], unknown)
  const roles = namesOf(idsOf('Role'), resource?.appRoles ?? [], unknown)
  return { resourceAppId, scopes, roles }
}

function namesOf(
  ids: readonly string[],
  declared: readonly { id?: string; value: string }[],
  unknown?: (id: string) => void,
): string[] {
  return ids.flatMap((id) => {
    const found = declared.find((one) => one.id?.toLowerCase() === id.toLowerCase())
    if (found === undefined) unknown?.(id)
    return found === undefined ? [] : [found.value]
  })
}

/** The tenant with the publisher's domain, or else the first. */
function homeOf({ publisherDomain }: Registration, tenants: readonly Tenant[]): string {
  const publisher = tenants.find(({ domains }) => domains.some((one) => one === publisherDomain))
  return (publisher ?? tenants[0])?.id ?? ''
}

function secretsOf({ passwordCredentials }: Registration): string[] {
  const given = (passwordCredentials ?? []).flatMap(({ secretText }) => secretText ?? [])
  return given.length > 0 ? given : [importedSecret]
}

function certificatesOf({ keyCredentials }: Registration): string[] {
  return (keyCredentials ?? []).flatMap(({ key }) =>
    typeof key === 'string'
      ? [`-----BEGIN CERTIFICATE-----\n${key}\n-----END CERTIFICATE-----\n`]
      : [],
  )
}

function isEnabled(one: RegisteredScope | RegisteredRole): boolean {
  return one.isEnabled !== false && typeof one.value === 'string' && one.value !== ''
}

function permissionOf(scope: RegisteredScope): DelegatedPermission {
  const { id, value, type } = scope
  const displayName = scope.userConsentDisplayName ?? scope.adminConsentDisplayName ?? value
  const description = scope.userConsentDescription ?? scope.adminConsentDescription ?? ''
  return { id, value, type: type === 'Admin' ? 'Admin' : 'User', displayName, description }
}

function roleOf({ id, value, displayName, allowedMemberTypes }: RegisteredRole): AppRole {
  const name = value ?? ''
  return {
    id,
    value: name,
    displayName: displayName ?? name,
    allowedMemberTypes: allowedMemberTypes.filter((one) => one === 'User' || one === 'Application'),
  }
}

function claimNameOf({ name, additionalProperties }: RegisteredClaim): string {
  const [property] = additionalProperties ?? []
  return property === undefined ? name : `${name}(${property})`
}

function groupClaimsOf({ groupMembershipClaims }: Registration) {
  const known = ['SecurityGroup', 'DirectoryRole', 'ApplicationGroup', 'All'] as const
  return known.find((one) => groupMembershipClaims?.includes(one)) ?? 'None'
}
