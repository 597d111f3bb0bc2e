import { personalTenantId } from '../directory.js'
import type { TenantUser } from '../platform/registry.js'

/** `preferred_username`: a guest goes by the address of home, not by the `#EXT#` name. */
export function preferredUsername({ user }: TenantUser): string {
  return user.userType === 'Guest' ? (user.mail ?? user.userPrincipalName) : user.userPrincipalName
}

/** `idp`: present when the user signed in at another tenant than the one that issues the token. */
export function homeIssuerOf({ home, tenant }: TenantUser): string | undefined {
  if (home.tenantId === tenant.id) return undefined
  return home.tenantId === personalTenantId
    ? 'live.com'
    : `https://sts.windows.net/${home.tenantId}/`
}
