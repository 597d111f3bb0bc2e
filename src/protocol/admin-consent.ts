import type { Authority } from './authority.js'
import { defaultScopeOf } from './scopes.js'

export interface AdminConsentRequest {
  readonly authority: Authority
  readonly clientId: string
  /** Scopes to consent to; `.default` of Microsoft Graph when empty. */
  readonly scopes: readonly string[]
  /** Where the administrator is sent afterwards; must be registered. */
  readonly redirectUri?: string | undefined
  readonly state?: string | undefined
}

/**
 * The page on which an administrator consents for the whole organization.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
export function adminConsentUrl(request: AdminConsentRequest): string {
  const { authority, clientId, redirectUri, state } = request
  // The v2.0 page does not take `common`: an administrator belongs to an organization.
  const tenant = authority.tenant === 'common' ? 'organizations' : authority.tenant
  const scopes =
    request.scopes.length > 0 ? request.scopes : [defaultScopeOf(authority.cloud.graphResource)]
  const query = new URLSearchParams({ client_id: clientId, scope: scopes.join(' ') })
  if (redirectUri !== undefined) query.set('redirect_uri', redirectUri)
  if (state !== undefined) query.set('state', state)
  return `${authority.origin}/${tenant}/v2.0/adminconsent?${query.toString().replaceAll('+', '%20')}`
}
