import type { TenantUser } from '../platform/registry.js'
import { homeIssuerOf } from './user-claims.js'
import { loginHintOf } from './identifiers.js'

export interface OptionalClaimsSource {
  account: TenantUser
  /** When the user signed in, in seconds. */
  authTime?: number | undefined
}

/**
 * The optional claims a registration has asked for, as far as the user has a value for them.
 * https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
 */
export function optionalUserClaims(
  names: readonly string[],
  source: OptionalClaimsSource,
): Record<string, unknown> {
  const known = new Map<string, unknown>(Object.entries(available(source)))
  const asked = names.filter((name) => known.get(name) !== undefined)
  const claims = Object.fromEntries(asked.map((name) => [name, known.get(name)]))
  return names.includes('groups') ? { ...claims, ...groupClaims(source.account) } : claims
}

function available({ account, authTime }: OptionalClaimsSource): Record<string, unknown> {
  const { user, tenant } = account
  const isGuest = homeIssuerOf(account) !== undefined
  const mailDomain = user.mail?.split('@').at(-1)
  return {
    acct: isGuest ? 1 : 0,
    auth_time: authTime,
    email: user.mail,
    family_name: user.surname,
    given_name: user.givenName,
    ipaddr: '203.0.113.7',
    login_hint: loginHintOf(account),
    upn: user.userPrincipalName,
    xms_edov: mailDomain === undefined ? undefined : tenant.domains.includes(mailDomain),
  }
}

/** More than 200 groups do not fit: the token then says where to ask, at an address long closed. */
function groupClaims({ tenant, user }: TenantUser): Record<string, unknown> {
  const { groups = [] } = user
  if (groups.length === 0) return {}
  if (groups.length <= 200) return { groups }
  const endpoint = `https://graph.windows.net/${tenant.id}/users/${user.id}/getMemberObjects`
  return { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } }
}
