import type { Application } from '../directory.js'
import type { TenantUser } from '../platform/registry.js'

export interface MembershipQuestion {
  /** Optional claims of the registration for this kind of token. */
  optional: readonly string[]
  /** Tokens of `/authorize` travel in URLs and carry fewer groups. */
  isFromAuthorize?: boolean
}

/**
 * The user's app roles, groups and directory roles, as far as the registration asks for them.
 * https://learn.microsoft.com/entra/identity-platform/optional-claims#configure-groups-optional-claims
 */
export function roleAndGroupClaims(
  application: Application,
  account: TenantUser,
  question: MembershipQuestion,
): Record<string, unknown> {
  const { appId, groupMembershipClaims = 'None' } = application
  const { user } = account
  const { optional } = question
  const asRoles = optional.includes('groups(emit_as_roles)')
  const wantsGroups =
    asRoles ||
    optional.includes('groups') ||
    ['SecurityGroup', 'ApplicationGroup', 'All'].includes(groupMembershipClaims)
  const wantsDirectoryRoles = ['DirectoryRole', 'All'].includes(groupMembershipClaims)
  const roles = asRoles ? (user.groups ?? []) : (user.appRoles?.[appId] ?? [])
  const wids = wantsDirectoryRoles ? (user.directoryRoles ?? []) : []
  return {
    ...(roles.length > 0 && { roles }),
    ...(wantsGroups && !asRoles && groupClaims(account, question)),
    ...(wids.length > 0 && { wids }),
  }
}

/** More than 200 groups do not fit: the token then says where to ask, at an address long closed. */
function groupClaims(
  { tenant, user }: TenantUser,
  { isFromAuthorize = false }: MembershipQuestion,
): Record<string, unknown> {
  const { groups = [] } = user
  if (groups.length === 0) return {}
  if (isFromAuthorize && groups.length > 5) return { hasgroups: true }
  if (groups.length <= 200) return { groups }
  const endpoint = `https://graph.windows.net/${tenant.id}/users/${user.id}/getMemberObjects`
  return { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } }
}
