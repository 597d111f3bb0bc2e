import type { Platform } from '../platform/platform.js'
import type { AuthorizeRequestStore } from './authorize-request.js'
import type { BrowserSessions } from './browser-sessions.js'
import type { SignInStore } from './sign-in-store.js'

/** What oidc-provider works on behalf of. */
export interface ProviderParts {
  platform: Platform
  signIns: SignInStore
  sessions: BrowserSessions
  authorizeRequests: AuthorizeRequestStore
}
