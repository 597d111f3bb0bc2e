import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import type { AuthorizeRequestStore } from '../authorize/authorize-request.js'
import type { BrowserSessions } from '../authorize/browser-sessions.js'
import type { SignInStore } from '../authorize/sign-in-store.js'
import type { Platform } from './platform.js'

/** The platform with what keeps its state between requests. */
export interface Services {
  platform: Platform
  /** oidc-provider, which checks authorization requests and keeps codes and refresh tokens. */
  provider: Provider
  /** oidc-provider as a request listener. */
  callback: (request: IncomingMessage, response: ServerResponse) => void
  signIns: SignInStore
  sessions: BrowserSessions
  authorizeRequests: AuthorizeRequestStore
}
