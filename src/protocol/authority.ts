import { cloudOf, type Cloud } from './clouds.js'
import { ConfigurationError } from './configuration-error.js'
import { isSecureUrl } from './loopback.js'
import { isGuid, isTenantDomain, isTenantGroup, personalAccountTenant } from './tenant.js'

export type TokenVersion = '1.0' | '2.0'

/** Where a tenant of the Microsoft identity platform is reached; settled at construction. */
export interface Authority {
  /** `https://login.microsoftonline.com`, or another cloud's, without a trailing slash. */
  readonly origin: string
  /** The configured tenant: a GUID, a verified domain, `common`, `organizations`. */
  readonly tenant: string
  /** The tenant's GUID where configuration already tells it; a domain is resolved by metadata. */
  readonly tenantId: string | undefined
  /** True for `common` and `organizations`: the issuer is a template with `{tenantid}`. */
  readonly multiTenant: boolean
  /** The user flow or custom policy of an Azure AD B2C authority; undefined everywhere else. */
  readonly policy: string | undefined
  readonly cloud: Cloud
}

const defaultAuthorityHost = 'https://login.microsoftonline.com'

/**
 * Reads tenant and authority host into an Authority. Only Azure AD B2C has a `policy`.
 *
 * @throws ConfigurationError when the tenant is no GUID, domain or known group, or the host is
 *   not an https origin (http is allowed for loopback, where the emulator listens).
 * @see https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
 */
export function authorityOf(
  tenant: string,
  authorityHost = defaultAuthorityHost,
  policy?: string,
): Authority {
  const url = hostUrlOf(authorityHost)
  const segment = tenant === 'consumers' ? personalAccountTenant : tenant.toLowerCase()
  if (!isGuid(segment) && !isTenantDomain(segment) && !isTenantGroup(segment)) {
    throw new ConfigurationError({
      message:
        `tenant is ${JSON.stringify(tenant)}. Expected the tenant's GUID, one of its verified ` +
        `domains (contoso.onmicrosoft.com), 'common', 'organizations' or 'consumers'. ` +
        `It stands as "Directory (tenant) ID" on the overview page of the app registration in ` +
        `the Microsoft Entra admin center.`,
      option: 'tenant',
      environmentVariable: 'AZURE_TENANT_ID',
    })
  }
  return Object.freeze({
    origin: url.origin,
    tenant: segment,
    tenantId: isGuid(segment) ? segment : undefined,
    multiTenant: isTenantGroup(segment),
    policy: policyOf(url, policy),
    cloud: cloudOf(url.host),
  })
}

/** The same cloud, another tenant: grants for a known user go to that user's tenant. */
export function authorityForTenant(authority: Authority, tenantId: string): Authority {
  return authority.tenant === tenantId
    ? authority
    : authorityOf(tenantId, authority.origin, authority.policy)
}

/** `{origin}/{tenant}/v2.0`, or `{origin}/{tenant}` for the v1.0 endpoint. */
export function authorityUrl(authority: Authority, version: TokenVersion = '2.0'): string {
  const base = baseOf(authority)
  return version === '2.0' ? `${base}/v2.0` : base
}

export type Endpoint = 'authorize' | 'token' | 'logout'

/** The address of a v2.0 endpoint, as the platform documents it. */
export function endpointOf(authority: Authority, endpoint: Endpoint): string {
  return `${baseOf(authority)}/oauth2/v2.0/${endpoint}`
}

function baseOf(authority: Authority): string {
  const base = `${authority.origin}/${authority.tenant}`
  return authority.policy === undefined ? base : `${base}/${authority.policy}`
}

// The segment of an address, and for B2C it must be there: without a policy there is no metadata.
function policyOf(host: URL, policy: string | undefined): string | undefined {
  const needed = host.hostname.endsWith('.b2clogin.com')
  if (policy === undefined ? !needed : needed && /^[A-Za-z0-9_-]{1,128}$/.test(policy))
    return policy
  throw new ConfigurationError({
    message: needed
      ? `policy is ${JSON.stringify(policy)}. Expected the name of the B2C user flow or custom policy, such as B2C_1_susi.`
      : `policy was given, but ${host.host} is not an Azure AD B2C host ({name}.b2clogin.com). Remove policy.`,
    option: 'policy',
  })
}

function hostUrlOf(authorityHost: unknown): URL {
  const given = typeof authorityHost === 'string' ? authorityHost : ''
  const text = given.includes('://') ? given : `https://${given}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !isSecureUrl(url) || url.pathname !== '/' || url.search !== '') {
    throw new ConfigurationError({
      message:
        `authorityHost is ${JSON.stringify(authorityHost)}. Expected an https origin without a path, ` +
        `such as ${defaultAuthorityHost} (http only for loopback, where the emulator listens).`,
      option: 'authorityHost',
      environmentVariable: 'AZURE_AUTHORITY_HOST',
    })
  }
  return url
}
