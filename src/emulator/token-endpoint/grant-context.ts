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
  /** Version of the endpoint, and so of its ID tokens. */
  version: 1 | 2
  /** The Origin header, which pages send and servers do not. */
  origin: string | undefined
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
  refresh_in?: number
  access_token: string
  refresh_token?: string
  refresh_token_expires_in?: number
  id_token?: string
  client_info?: string
}
