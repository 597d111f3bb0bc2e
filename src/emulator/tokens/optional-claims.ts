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
  return Object.fromEntries(asked.map((name) => [name, known.get(name)]))
}

function available({ account, authTime }: OptionalClaimsSource): Record<string, unknown> {
  const { user, tenant } = account
  const isGuest = homeIssuerOf(account) !== undefined
  const mailDomain = user.mail?.split('@').at(-1)
  return {
    acct: isGuest ? 1 : 0,
    amr: ['pwd', 'mfa'],
    auth_time: authTime,
    ctry: user.usageLocation,
    email: user.mail,
    family_name: user.surname,
    given_name: user.givenName,
    ipaddr: '203.0.113.7',
    login_hint: loginHintOf(account),
    tenant_ctry: tenant.countryLetterCode,
    tenant_region_scope: 'EU',
    upn: user.userPrincipalName,
    verified_primary_email: user.mail === undefined ? undefined : [user.mail],
    xms_edov: mailDomain === undefined ? undefined : tenant.domains.includes(mailDomain),
  }
}
