import type { Authority } from '../protocol/authority.js'
import type { Clock } from './clock.js'

/** The request that failed, as far as errors may tell it. */
export interface GrantContext {
  /** `on-behalf-of`, `client_credentials`, `refresh_token` or `authorization_code`. */
  readonly grant: string
  readonly resource?: string | undefined
  readonly scopes: readonly string[]
  readonly authority: Authority
  readonly clientId: string
  /** Where this app lets administrators consent; the platform's own page when it does not. */
  readonly adminConsentPage?: string | undefined
  readonly clock: Clock
}
