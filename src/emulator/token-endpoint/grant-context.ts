import type { Application } from '../directory.js'
import type { Parameters } from '../http/parameters.js'
import type { Platform } from '../platform/platform.js'
import type { TenantSegment } from '../platform/tenant-segment.js'
import type { SignInStore } from '../authorize/sign-in-store.js'
import type { ClientProof } from '../tokens/access-token-claims.js'
import type { ClaimsRequest } from '../tokens/claims-request.js'

/** A request at the token endpoint whose client is known and authenticated. */
export interface GrantContext {
  platform: Platform
  segment: TenantSegment
  parameters: Parameters
  client: Application
  proof: ClientProof
  claimsRequest: ClaimsRequest
  signIns: SignInStore
}

/** The JSON of a successful answer. */
export interface TokenAnswer {
  token_type: 'Bearer'
  scope?: string
  expires_in: number
  ext_expires_in: number
  access_token: string
  refresh_token?: string
  id_token?: string
  client_info?: string
}
