import type { Authority, TokenVersion } from './authority.js'
import { isGuid } from './tenant.js'

/** Where a tenant's GUID stands in an issuer that speaks for many tenants. */
const placeholder = '{tenantid}'

/**
 * The issuers that an authority's documents and tokens may name, with `{tenantid}` for the tenant.
 * Computed from configuration alone, so that a document or token from elsewhere cannot widen it.
 */
export function issuerTemplatesOf(authority: Authority, version: TokenVersion): readonly string[] {
  const { cloud, origin, policy } = authority
  if (cloud.name !== 'custom') {
    return version === '2.0'
      ? [`https://${cloud.issuerHost}/${placeholder}/v2.0`]
      : [`https://${cloud.v1IssuerHost}/${placeholder}/`]
  }
  if (policy !== undefined) {
    return [
      `${origin}/${placeholder}/v2.0/`,
      `${origin}/tfp/${placeholder}/${policy.toLowerCase()}/v2.0/`,
    ]
  }
  return version === '2.0' ? customIssuers(origin) : customLegacyIssuers(origin)
}

// External ID names the tenant in the host as well, whatever domain its authority is reached by.
function customIssuers(origin: string): readonly string[] {
  const own = `${origin}/${placeholder}/v2.0`
  return origin.startsWith('https:')
    ? [own, `https://${placeholder}.ciamlogin.com/${placeholder}/v2.0`]
    : [own]
}

// On loopback an emulator listens, which may call itself by the public cloud's v1.0 issuer.
function customLegacyIssuers(origin: string): readonly string[] {
  const own = `${origin}/${placeholder}/`
  return origin.startsWith('https:') ? [own] : [own, `https://sts.windows.net/${placeholder}/`]
}

/** Whether the keys of an authority may be fetched from a URL: from its own cloud, over https. */
export function servesKeys(authority: Authority, url: URL): boolean {
  const { cloud, origin } = authority
  if (url.username !== '' || url.password !== '') return false
  if (url.origin === origin) return true
  if (url.protocol !== 'https:') return false
  if (cloud.authorityHosts.includes(url.host)) return true
  return isExternalIdHost(new URL(origin).host) && isExternalIdHost(url.host)
}

function isExternalIdHost(host: string): boolean {
  return /^[a-z0-9-]+\.ciamlogin\.com$/.test(host)
}

/** The issuer of one tenant. Ordinal: the platform writes issuers in lower case. */
export function issuerOf(template: string, tenantId: string): string {
  if (!template.includes('{')) return template
  return template.includes(placeholder)
    ? template.split(placeholder).join(tenantId)
    : template.replaceAll(/\{tenantid\}/gi, () => tenantId)
}

/**
 * The tenant named by an issuer that follows one of the templates: its GUID, the literal
 * `{tenantid}`, or undefined when the issuer follows none of them.
 */
export function tenantInIssuer(templates: readonly string[], issuer: string): string | undefined {
  for (const template of templates) {
    if (issuer === template) return placeholder
    const start = template.indexOf(placeholder)
    const tenantId = issuer.slice(start, start + 36)
    if (isGuid(tenantId) && issuerOf(template, tenantId) === issuer) return tenantId
  }
  return undefined
}
