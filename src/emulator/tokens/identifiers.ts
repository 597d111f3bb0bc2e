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

/**
 * `aio` and `rh` are for the platform's own use; applications shall ignore them. When the user signed
 * in stands in `aio`, because `iat` never says so and `auth_time` is an optional claim.
 */
export function opaqueClaims(tenantId: string, authTime = 0): { aio: string; rh: string } {
  const tenant = Buffer.from(tenantId.replaceAll('-', ''), 'hex').toString('base64url')
  const remembered = Buffer.from(`${authTime} ${randomBytes(4).toString('hex')}`)
  return {
    aio: `${aioStart}${remembered.toString('base64')}`,
    rh: `1.AXkA${tenant}${randomBytes(6).toString('base64url')}AAAAA.`,
  }
}

const aioStart = 'AXQAi/8TAAAA'

/** When the user of a token signed in, in seconds; undefined for a token that a test has signed. */
export function authTimeOf({ aio }: Record<string, unknown>): number | undefined {
  if (typeof aio !== 'string' || !aio.startsWith(aioStart)) return undefined
  const [authTime] = Buffer.from(aio.slice(aioStart.length), 'base64').toString().split(' ')
  return Number(authTime)
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
