import { personalTenantId } from '../directory.js'
import type { SigningKey } from '../keys/signing-key.js'
import { issuerOf, type Platform } from './platform.js'
import { isPersonal, type TenantSegment } from './tenant-segment.js'

/**
 * The published keys of the v2.0 endpoint. Each key says whose tokens it may sign: organization keys
 * any tenant's (the `{tenantid}` template), personal ones only those of the personal-account tenant.
 */
export function keySetV2(platform: Platform, segment: TenantSegment): object {
  const keys = platform.keys.published().filter((key) => belongsTo(key, segment))
  return {
    keys: keys.map((key) => ({
      ...publicMembers(key),
      issuer: keyIssuer(platform, key),
      ...(key.cloudInstanceName !== undefined && { cloud_instance_name: key.cloudInstanceName }),
    })),
  }
}

/** The published keys of the v1.0 endpoint, which carry no issuer. */
export function keySetV1(platform: Platform): object {
  return { keys: platform.keys.published().map(publicMembers) }
}

function belongsTo({ family }: SigningKey, segment: TenantSegment): boolean {
  if (segment.kind === 'common') return true
  const personal = segment.kind === 'tenant' && isPersonal(segment.tenant.id)
  return family === (personal ? 'personal' : 'organization')
}

function publicMembers({ kid, n, e, x5c }: SigningKey) {
  return { kty: 'RSA', use: 'sig', kid, x5t: kid, n, e, x5c: [x5c] }
}

function keyIssuer(platform: Platform, { family }: SigningKey): string {
  return issuerOf(platform, family === 'personal' ? personalTenantId : '{tenantid}')
}
