import type { AccountPickerModel } from '../pages/account-picker.js'
import type { TenantUser } from '../platform/registry.js'
import { isPersonal } from '../platform/tenant-segment.js'
import { preferredUsername } from '../tokens/user-claims.js'

/** Accounts as the picker shows them. */
export function pickableAccountsOf(accounts: readonly TenantUser[]): AccountPickerModel['users'] {
  return accounts.map((account) => ({
    id: account.user.id,
    displayName: account.user.displayName,
    userPrincipalName: preferredUsername(account),
    note: noteOn(account),
  }))
}

function noteOn({ user, tenant }: TenantUser): string | undefined {
  if (user.isAdmin === true) return 'administrator'
  if (user.userType === 'Guest') return 'guest'
  return isPersonal(tenant.id) ? 'personal account' : undefined
}
