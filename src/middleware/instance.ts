import type { AcquisitionSettings } from '../acquisition/acquisition-settings.js'
import type { Host } from '../host/host.js'
import { createScopePlanner } from '../acquisition/scope-planner.js'
import { createMemoryTokenStore } from '../stores/memory-token-store.js'
import { createTokenEndpoint } from '../platform/token-endpoint.js'
import { createJwtVerifier } from '../platform/verified-jwt.js'
import { createApiCore, type ApiCore } from './api-core.js'
import type { EntraOptions } from './entra-options.js'
import { createPagesCore, type PagesCore } from './pages-core.js'
import { settingsOf } from './settings.js'
import { formActionSourcesOf } from './sign-in-core.js'
import { signInSettingsOf } from './sign-in-settings.js'

/** Room for the tokens of some ten thousand users of cookie sessions. */
const storedCharacters = 128 * 1024 * 1024

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
  const tokenEndpoint = createTokenEndpoint(settings)
  const { graphResource } = settings.authority.cloud
  const acquisition: AcquisitionSettings = {
    authority: settings.authority,
    clientId: settings.clientId,
    audiences: settings.audiences,
    endpoint: tokenEndpoint,
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
    clock: settings.clock,
  }
  const store = createMemoryTokenStore({ clock: settings.clock, capacity: storedCharacters })
  return {
    api: createApiCore(settings, verifier, acquisition),
    pages: createPagesCore(
      () => signInSettingsOf(settings, { tokenEndpoint, verifier, store }),
      acquisition,
    ),
    formActionSources: formActionSourcesOf(settings.authority),
  }
}
