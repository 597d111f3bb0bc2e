import { createHash } from 'node:crypto'
import {
  graphAppId,
  type Application,
  type Directory,
  type Tenant,
  type User,
} from '../directory.js'
import { applicationNotFound, singleTenantElsewhere } from '../errors/catalogue.js'
import { isPersonal } from './tenant-segment.js'

/** A user in the tenant where a token is issued, with the account at home behind it. */
export interface TenantUser {
  tenant: Tenant
  user: User
  /** The object itself for members, the object in the home tenant for guests. */
  home: { tenantId: string; id: string }
}

/** Looks things up in the directory; nothing is remembered, so the directory may change. */
export interface Registry {
  application(appId: string): Application | undefined
  /** The application as known in a tenant (AADSTS700016), and open to it (AADSTS650059). */
  requireApplication(appId: string, tenant: Tenant): Application
  /** Object id of the application's service principal, if it has one in the tenant. */
  servicePrincipal(application: Application, tenantId: string): string | undefined
  /** Makes the service principal, as consent does. */
  provision(application: Application, tenantId: string): void
  /** By object id, in any tenant. */
  user(id: string): TenantUser | undefined
  /** Object ids of the guests that a user is in other tenants. */
  guestsOf(id: string): string[]
  /** The same person in another tenant: the member at home, or a guest. */
  userIn(home: TenantUser['home'], tenant: Tenant): TenantUser | undefined
}

export function createRegistry(directory: Directory): Registry {
  function application(appId: string): Application | undefined {
    const wanted = appId.toLowerCase()
    return directory.applications.find((candidate) => candidate.appId.toLowerCase() === wanted)
  }

  return {
    application,
    requireApplication(appId, tenant) {
      const found = application(appId)
      if (found !== undefined && isSingleTenantElsewhere(found, tenant)) {
        throw singleTenantElsewhere(found.appId, tenant.id)
      }
      if (found === undefined || !isAvailable(found, tenant.id)) {
        throw applicationNotFound(appId, tenant.displayName)
      }
      return found
    },
    servicePrincipal(found, tenantId) {
      const known = found.servicePrincipals?.[tenantId]
      if (known !== undefined) return known
      const implied = found.tenantId === tenantId || found.appId === graphAppId
      return implied ? derivedGuid(found.appId, tenantId) : undefined
    },
    provision(found, tenantId) {
      found.servicePrincipals ??= {}
      found.servicePrincipals[tenantId] ??= derivedGuid(found.appId, tenantId)
    },
    user(id) {
      for (const tenant of directory.tenants) {
        const user = tenant.users.find((candidate) => candidate.id === id)
        if (user !== undefined) return { tenant, user, home: homeOf(user, tenant) }
      }
      return undefined
    },
    guestsOf(id) {
      const users = directory.tenants.flatMap((tenant) => tenant.users)
      return users.filter(({ homeId }) => homeId === id).map((guest) => guest.id)
    },
    userIn(home, tenant) {
      const user = tenant.users.find((candidate) => {
        const own = homeOf(candidate, tenant)
        return own.id === home.id && own.tenantId === home.tenantId
      })
      return user === undefined ? undefined : { tenant, user, home }
    },
  }
}

export function homeOf(user: User, tenant: Tenant): TenantUser['home'] {
  return user.homeTenantId !== undefined && user.homeId !== undefined
    ? { tenantId: user.homeTenantId, id: user.homeId }
    : { tenantId: tenant.id, id: user.id }
}

function isSingleTenantElsewhere({ signInAudience, tenantId }: Application, { id }: Tenant) {
  return signInAudience === 'AzureADMyOrg' && tenantId !== id
}

/** Whether users of a tenant may use the application at all. */
export function isAvailable(
  { signInAudience, ...application }: Application,
  tenantId: string,
): boolean {
  if (isPersonal(tenantId)) return acceptsPersonalAccounts(signInAudience)
  return (
    application.tenantId === tenantId ||
    application.servicePrincipals?.[tenantId] !== undefined ||
    acceptsOtherTenants(signInAudience)
  )
}

export function acceptsPersonalAccounts(audience: Application['signInAudience']): boolean {
  return (
    audience === 'AzureADandPersonalMicrosoftAccount' || audience === 'PersonalMicrosoftAccount'
  )
}

export function acceptsOtherTenants(audience: Application['signInAudience']): boolean {
  return audience === 'AzureADMultipleOrgs' || audience === 'AzureADandPersonalMicrosoftAccount'
}

/** A GUID that is always the same for the same two names. */
function derivedGuid(...names: string[]): string {
  const hex = createHash('sha256').update(names.join('|')).digest('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
