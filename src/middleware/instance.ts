import type { AcquisitionSettings } from '../acquisition/acquisition-settings.js'
import type { DownstreamApis } from '../acquisition/downstream-api.js'
import { createForUser } from '../acquisition/for-user.js'
import type { Host } from '../host/host.js'
import { createScopePlanner } from '../acquisition/scope-planner.js'
import { systemSleep } from '../platform/sleep.js'
import { createTenantIds } from '../platform/tenant-ids.js'
import { createTokenEndpoint } from '../platform/token-endpoint.js'
import { createJwtVerifier } from '../platform/verified-jwt.js'
import { createApiCore, type ApiCore } from './api-core.js'
import type { EntraOptions } from './entra-options.js'
import { formActionSourcesOf } from './form-action.js'
import { createPagesCore, type PagesCore } from './pages-core.js'
import { settingsOf } from './settings.js'
import { publicOriginsOf, sealingSecretsOf } from './sealing-secrets.js'
import { signInSettingsOf } from './sign-in-settings.js'
import { createStores } from './stores.js'

/** What one `entra({ … })` consists of, before a framework's adapter gives it its words. */
export interface Instance {
  readonly api: ApiCore
  readonly pages: PagesCore
  /** What is called by name. */
  readonly apis: DownstreamApis
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
  const tokenEndpoint = createTokenEndpoint(endpointSettings)
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
      onEvent: settings.onEvent,
    }),
    apis: settings.apis,
    graph: {
      resource: graphResource,
      endpoint: settings.graphEndpoint,
      hosts: settings.authority.cloud.graphHosts,
    },
    telemetry: settings.telemetry,
    fetch: settings.fetch,
    challenge: settings.challenge,
    clock: settings.clock,
    sleep: systemSleep,
    clientCapabilities: settings.clientCapabilities,
    tenantIdOf: createTenantIds(settings),
    cacheBytes: settings.cacheBytes,
    store: stores.tokens,
  }
  const api = createApiCore(settings, verifier, acquisition)
  return {
    api,
    pages: createPagesCore({
      signIn: () =>
        signInSettingsOf(settings, {
          tokenEndpoint,
          forUser: (tokens) => createForUser({ ...acquisition, tokens }),
          correlationOf: api.correlationOf,
          verifier,
          store: stores.sessions,
          adminConsentPath: () => adminConsentPath,
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
    apis: settings.apis,
    formActionSources: formActionSourcesOf(settings.authority),
  }
}
