import { randomBytes } from 'node:crypto'
import { graphAppId, type Application } from '../directory.js'
import type { SigningKey } from '../keys/signing-key.js'
import type { Platform } from '../platform/platform.js'
import { isPersonal } from '../platform/tenant-segment.js'
import { accessTokenClaims, type AccessTokenRequest } from './access-token-claims.js'
import { idTokenClaims, type IdTokenRequest } from './id-token-claims.js'
import { signGraphJwt, signJwt } from './sign-jwt.js'

/** An access token: `typ` is JWT, not at+jwt, and only v1.0 tokens repeat the key id as `x5t`. */
export async function issueAccessToken(
  platform: Platform,
  request: AccessTokenRequest,
): Promise<string> {
  const key = keyFor(platform, request.tenantId)
  const { resource, version, tenantId } = request
  const payload = accessTokenClaims(platform, request)
  const token = await signAccessToken({ resource, version, payload, key })
  const isOpaque = isPersonal(tenantId) && resource.appId === graphAppId
  return isOpaque ? opaqueToken(platform, token) : token
}

/** What personal accounts get for Microsoft's own APIs: encrypted at Microsoft, a mere name here. */
function opaqueToken({ opaqueTokens }: Platform, token: string): string {
  const name = `EwB${randomBytes(180).toString('base64')}`
  opaqueTokens.set(name, token)
  return name
}

export interface SigningRequest {
  resource: Application
  version: 1 | 2
  payload: Record<string, unknown>
  key: SigningKey
  /** Overrides of header members. */
  header?: Record<string, unknown>
}

export async function signAccessToken(request: SigningRequest): Promise<string> {
  const { resource, version, payload, key, header = {} } = request
  const standard = tokenHeader(version, key)
  if (resource.appId !== graphAppId) return signJwt({ ...standard, ...header }, payload, key)
  const nonce = randomBytes(32).toString('base64url')
  return signGraphJwt({ ...standard, ...header, nonce }, payload, key)
}

export function tokenHeader(version: 1 | 2, { kid }: SigningKey): Record<string, unknown> {
  return { typ: 'JWT', alg: 'RS256', kid, ...(version === 1 && { x5t: kid }) }
}

export async function issueIdToken(platform: Platform, request: IdTokenRequest): Promise<string> {
  const key = keyFor(platform, request.account.tenant.id)
  return signJwt(tokenHeader(request.version, key), idTokenClaims(platform, request), key)
}

/** Personal accounts have keys of their own. */
export function keyFor({ keys }: Platform, tenantId: string): SigningKey {
  return keys.find({ family: isPersonal(tenantId) ? 'personal' : 'organization' })
}

/** The version of the tokens an API wants; Microsoft Graph wants v1.0. */
export function tokenVersionOf({ requestedAccessTokenVersion = 1 }: Application): 1 | 2 {
  return requestedAccessTokenVersion
}
