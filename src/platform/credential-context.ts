import type { Host } from '../host/host.js'
import type { Authority } from '../protocol/authority.js'
import type { Clock } from './clock.js'

/** What a credential needs to know of the app and of the machine it runs on. */
export interface CredentialContext {
  readonly authority: Authority
  readonly clientId: string
  readonly host: Host
  readonly clock: Clock
  readonly fetch: typeof fetch
}
