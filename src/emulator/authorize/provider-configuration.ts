import type { AdapterPayload, Configuration } from 'oidc-provider'
import { requestParameter } from './authorize-request.js'
import { createProviderAdapter } from './provider-adapter.js'
import type { ProviderParts } from './provider-parts.js'

/** How long a code and a refresh token hold is the token endpoint's to say, by its own clock. */
const day = 86_400

/** oidc-provider reduced to what it does here: code flow, PKCE, one scope, no pages. */
export function providerConfiguration(parts: ProviderParts): Configuration {
  return {
    adapter: createProviderAdapter((appId) => clientMetadata(parts, appId)),
    clientAuthMethods: ['none'],
    cookies: { keys: [crypto.randomUUID()] },
    // Codes of several tabs are good at the same time: a newer one does not end an older one.
    expiresWithSession: () => false,
    extraParams: [requestParameter],
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
    },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    // The grant is made where the sign-in completes.
    loadExistingGrant: () => Promise.resolve(undefined),
    pkce: { required: () => false },
    responseTypes: ['code'],
    routes: { authorization: '/authorize' },
    scopes: ['openid'],
    ttl: {
      AuthorizationCode: day,
      Grant: 365 * day,
      Interaction: day,
      RefreshToken: 365 * day,
      Session: 90 * day,
    },
  }
}

/** Redirect URIs are vetted by the platform's rules first; oidc-provider gets the vetted ones. */
function clientMetadata(
  { platform, authorizeRequests }: ProviderParts,
  appId: string,
): AdapterPayload | undefined {
  const application = platform.registry.application(appId)
  if (application === undefined) return undefined
  const vetted = [...authorizeRequests.values()]
    .filter(({ client }) => client.appId === application.appId)
    .map(({ redirectUri }) => redirectUri)
  const isWeb = vetted.every((uri) => /^https?:/.test(uri))
  return {
    client_id: application.appId,
    application_type: isWeb ? 'web' : 'native',
    grant_types: ['authorization_code'],
    redirect_uris: [...new Set(vetted)],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  }
}
