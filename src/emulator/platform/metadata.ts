import { tenantNotFound } from '../errors/catalogue.js'
import { isPersonal, type TenantSegment } from './tenant-segment.js'
import { issuerOf, v1IssuerOf, type Platform } from './platform.js'

/**
 * The OpenID Connect discovery document of the v2.0 endpoint. Domains are answered with the
 * tenant's GUID; `common` and `organizations` carry the literal `{tenantid}` as issuer.
 * https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
 */
export function metadataV2(platform: Platform, segment: TenantSegment): object {
  const { origin, cloud } = platform
  const base = `${origin}/${segment.name}`
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: [
      'client_secret_post',
      'private_key_jwt',
      'client_secret_basic',
    ],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: issuerOf(platform, issuerTenantOf(segment)),
    request_uri_parameter_supported: false,
    userinfo_endpoint: cloud.userinfo,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    claims_supported: v2Claims,
    kerberos_endpoint: `${base}/kerberos`,
    ...cloudMembers(platform, segment),
  }
}

/**
 * The older document, whose keys and issuer go with v1.0 access tokens. It has no `organizations`:
 * who wants its issuer there asks `common`.
 */
export function metadataV1(platform: Platform, segment: TenantSegment): object {
  if (segment.kind === 'organizations') throw tenantNotFound(segment.name)
  const { origin } = platform
  const base = `${origin}/${segment.name}`
  return {
    token_endpoint: `${base}/oauth2/token`,
    token_endpoint_auth_methods_supported: [
      'client_secret_post',
      'private_key_jwt',
      'client_secret_basic',
    ],
    jwks_uri: `${origin}/common/discovery/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'token id_token', 'token'],
    scopes_supported: ['openid'],
    issuer: v1IssuerOf(platform, issuerTenantOf(segment)),
    microsoft_multi_refresh_token: true,
    authorization_endpoint: `${base}/oauth2/authorize`,
    device_authorization_endpoint: `${base}/oauth2/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${base}/oauth2/logout`,
    claims_supported: v1Claims,
    check_session_iframe: `${base}/oauth2/checksession`,
    userinfo_endpoint: `${origin}/common/openid/userinfo`,
    kerberos_endpoint: `${base}/kerberos`,
    ...cloudMembers(platform, segment),
  }
}

function issuerTenantOf(segment: TenantSegment): string {
  return segment.kind === 'tenant' ? segment.tenant.id : '{tenantid}'
}

function cloudMembers({ cloud }: Platform, segment: TenantSegment): object {
  const hasRegion = segment.kind === 'tenant' && !isPersonal(segment.tenant.id)
  return {
    tenant_region_scope: hasRegion ? 'EU' : null,
    cloud_instance_name: cloud.instanceName,
    cloud_graph_host_name: cloud.legacyGraphHost,
    msgraph_host: cloud.graphHost,
    rbac_url: cloud.rbacUrl,
  }
}

const v2Claims = [
  'sub',
  'iss',
  'cloud_instance_name',
  'cloud_instance_host_name',
  'cloud_graph_host_name',
  'msgraph_host',
  'aud',
  'exp',
  'iat',
  'auth_time',
  'acr',
  'nonce',
  'preferred_username',
  'name',
  'tid',
  'ver',
  'at_hash',
  'c_hash',
  'email',
]

const v1Claims = [
  'sub',
  'iss',
  'cloud_instance_name',
  'cloud_instance_host_name',
  'cloud_graph_host_name',
  'msgraph_host',
  'aud',
  'exp',
  'iat',
  'auth_time',
  'acr',
  'amr',
  'nonce',
  'email',
  'given_name',
  'family_name',
  'nickname',
]
