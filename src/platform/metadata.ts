import { authorityUrl, type Authority, type TokenVersion } from '../protocol/authority.js'
import { issuerTemplatesOf, servesKeys, tenantInIssuer } from '../protocol/issuers.js'
import { isGuid } from '../protocol/tenant.js'
import { DocumentUnavailable, fetchJson, type DocumentRequest } from './http-json.js'

/** What is taken from an OpenID configuration document; endpoints are computed, never read. */
export interface Metadata {
  /** The issuer of one tenant, or a template with `{tenantid}`. */
  readonly issuer: string
  /** The one tenant that the issuer names; undefined for a template. */
  readonly tenantId: string | undefined
  readonly keysUrl: string
  readonly cloudInstanceName: string | undefined
  readonly serverTime: number | undefined
}

export interface MetadataSettings {
  readonly authority: Authority
  readonly version: TokenVersion
  /** For an app with its own signing keys (claims mapping): asks for that app's metadata. */
  readonly appId?: string | undefined
}

/**
 * Fetches the metadata of an authority for v1.0 or v2.0 tokens and checks that it speaks for that
 * authority: its issuer, and keys served by the same cloud over https (OpenID Connect Discovery
 * 1.0 section 4.3).
 *
 * @throws DocumentUnavailable; also for a document that names another issuer or another host.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
 */
export async function fetchMetadata(
  settings: MetadataSettings,
  request: DocumentRequest,
): Promise<Metadata> {
  const { content, serverTime } = await fetchJson(metadataUrlOf(settings), request)
  const found = metadataIn(content, settings)
  if (found === undefined) throw new DocumentUnavailable('content')
  return Object.freeze({ ...found, serverTime })
}

/** Whether what was judged by one document would be judged alike by the other. */
export function saysTheSame(one: Metadata, other: Metadata): boolean {
  if (one === other) return true
  return one.issuer === other.issuer && one.cloudInstanceName === other.cloudInstanceName
}

function metadataUrlOf({ authority, version, appId }: MetadataSettings): string {
  const legacy = version === '1.0' && authority.tenant === 'organizations'
  // The v1.0 endpoint has no `organizations`.
  const reachable = legacy ? { ...authority, tenant: 'common' } : authority
  const url = `${authorityUrl(reachable, version)}/.well-known/openid-configuration`
  return appId === undefined ? url : `${url}?appid=${encodeURIComponent(appId)}`
}

function metadataIn(
  content: unknown,
  settings: MetadataSettings,
): Omit<Metadata, 'serverTime'> | undefined {
  if (typeof content !== 'object' || content === null) return undefined
  const document = content as Readonly<Record<string, unknown>> // an object, read member by member
  const { issuer, jwks_uri: keysUrl, cloud_instance_name: cloudInstanceName } = document
  if (typeof issuer !== 'string' || typeof keysUrl !== 'string') return undefined
  const tenant = tenantInIssuer(issuerTemplatesOf(settings.authority, settings.version), issuer)
  if (tenant === undefined || !isExpectedTenant(settings.authority, tenant)) return undefined
  if (!URL.canParse(keysUrl) || !servesKeys(settings.authority, new URL(keysUrl))) return undefined
  return {
    issuer,
    tenantId: isGuid(tenant) ? tenant : undefined,
    keysUrl,
    cloudInstanceName: typeof cloudInstanceName === 'string' ? cloudInstanceName : undefined,
  }
}

/** A group's issuer is the template; a tenant's is its own; a domain's GUID is learned here. */
function isExpectedTenant(authority: Authority, tenant: string): boolean {
  if (authority.multiTenant) return !isGuid(tenant)
  return isGuid(tenant) && (authority.tenantId ?? tenant) === tenant
}
