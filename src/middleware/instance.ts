import type { AcquisitionSettings } from '../acquisition/acquisition-settings.js'
import { createForUser } from '../acquisition/for-user.js'
import { withCredentialBreaker } from '../acquisition/credential-breaker.js'
import type { Host } from '../host/host.js'
import { createScopePlanner } from '../acquisition/scope-planner.js'
import { createTokenEndpoint } from '../platform/token-endpoint.js'
import { createJwtVerifier } from '../platform/verified-jwt.js'
import { createApiCore, type ApiCore } from './api-core.js'
import type { EntraOptions } from './entra-options.js'
import { createPagesCore, type PagesCore } from './pages-core.js'
import { settingsOf } from './settings.js'
import { publicOriginsOf, sealingSecretsOf } from './sealing-secrets.js'
import { formActionSourcesOf } from './sign-in-core.js'
import { signInSettingsOf } from './sign-in-settings.js'
import { createStores } from './stores.js'

/** What one `entra({ … })` consists of, before a framework's adapter gives it its words. */
export interface Instance {
  readonly api: ApiCore
  readonly pages: PagesCore
  /** Origins that a form of the app may lead to by redirect, for helmet's `form-action`. */
  readonly formActionSources: readonly string[]
}

/** The one place where the rooms are connected. */
export function createInstance(options: EntraOptions, host: Host): Instance {
  const settings = settingsOf(options, host)
  const verifier = createJwtVerifier(settings)
  let adminConsentPath: string | undefined
  const endpointSettings = {
    ...settings,
    adminConsentPage: () =>
      adminConsentPath === undefined ? undefined : `${settings.baseUrls[0]}${adminConsentPath}`,
  }
  const tokenEndpoint = withCredentialBreaker(createTokenEndpoint(endpointSettings), settings.clock)
  const stores = createStores(settings)
  const { graphResource } = settings.authority.cloud
  const acquisition: AcquisitionSettings = {
    authority: settings.authority,
    clientId: settings.clientId,
    audiences: settings.audiences,
    endpoint: tokenEndpoint,
    managedIdentity: settings.managedIdentity,
    plan: createScopePlanner({
      clientId: settings.clientId,
      graphResource,
      warn: (message) => settings.host.warn(message),
    }),
    graph: {
      resource: graphResource,
      endpoint: settings.graphEndpoint,
      hosts: settings.authority.cloud.graphHosts,
    },
    fetch: settings.fetch,
    challenge: settings.challenge,
    clock: settings.clock,
    cacheBytes: settings.cacheBytes,
    store: stores.tokens,
  }
  return {
    api: createApiCore(settings, verifier, acquisition),
    pages: createPagesCore({
      signIn: () =>
        signInSettingsOf(settings, {
          tokenEndpoint,
          forUser: (tokens) => createForUser({ ...acquisition, tokens }),
          verifier,
          store: stores.sessions,
          adminConsentPath: () => adminConsentPath,
          sharedStore: settings.store === undefined ? undefined : stores.sessions,
          redemptionStore: stores.tokens,
        }),
      adminConsent: () => ({
        ...settings,
        baseUrls: publicOriginsOf(settings, 'adminConsent()'),
        secrets: sealingSecretsOf(settings, 'adminConsent()'),
        plan: (scopes) => acquisition.plan({ scopes, purpose: 'admin-consent' }),
      }),
      onAdminConsent(path) {
        adminConsentPath = path
      },
      acquisition,
      errorDetail: settings.errorDetail,
    }),
    formActionSources: formActionSourcesOf(settings.authority),
  }
}
