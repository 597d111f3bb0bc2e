/** What the token is for; each purpose has its own rules. */
export type ScopePurpose = 'sign-in' | 'user' | 'on-behalf-of' | 'app' | 'admin-consent'

export interface ScopePlanContext {
  /** Microsoft Graph of the configured cloud, as in `Authority.cloud.graphResource`. */
  readonly graphResource: string
  readonly purpose: ScopePurpose
  /** This application's own client ID, to explain requests for itself. */
  readonly clientId?: string | undefined
  /** The tenant that will be asked; an app-only token needs a concrete one. */
  readonly tenant?: string | undefined
}
