import { createHash, randomBytes } from 'node:crypto'
import type { TenantUser } from '../platform/registry.js'

/** `sub`: the same for one user at one application, different everywhere else. */
export function pairwiseSubject(appId: string, { tenant, user }: TenantUser): string {
  return createHash('sha256').update(`${tenant.id}|${user.id}|${appId}`).digest('base64url')
}

/** `uti`: names one token. Entra has no `jti`. */
export function tokenId(): string {
  return randomBytes(16).toString('base64url')
}

/** `aio` and `rh` are for the platform's own use; applications shall ignore them. */
export function opaqueClaims(tenantId: string): { aio: string; rh: string } {
  const tenant = Buffer.from(tenantId.replaceAll('-', ''), 'hex').toString('base64url')
  return {
    aio: `AXQAi/8TAAAA${randomBytes(12).toString('base64')}`,
    rh: `1.AXkA${tenant}${randomBytes(6).toString('base64url')}AAAAA.`,
  }
}

/** The opaque value of the `login_hint` claim, which also serves as `logout_hint`. */
export function loginHintOf({ home }: TenantUser): string {
  return `O.${Buffer.from(`${home.id}.${home.tenantId}`).toString('base64url')}`
}

/** `client_info`, through which MSAL learns the account at home. */
export function clientInfoOf({ home }: TenantUser): string {
  const info = JSON.stringify({ uid: home.id, utid: home.tenantId })
  return Buffer.from(info).toString('base64url')
}
