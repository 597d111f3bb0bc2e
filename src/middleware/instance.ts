import type { AcquisitionSettings } from '../acquisition/acquisition-settings.js'
import type { Host } from '../host/host.js'
import { createTokenEndpoint } from '../platform/token-endpoint.js'
import { createJwtVerifier } from '../platform/verified-jwt.js'
import { createApiCore, type ApiCore } from './api-core.js'
import type { EntraOptions } from './entra-options.js'
import { settingsOf } from './settings.js'

/** What one `entra({ … })` consists of, before a framework's adapter gives it its words. */
export interface Instance {
  readonly api: ApiCore
}

/** The one place where the rooms are connected. */
export function createInstance(options: EntraOptions, host: Host): Instance {
  const settings = settingsOf(options, host)
  const verifier = createJwtVerifier(settings)
  const acquisition: AcquisitionSettings = {
    authority: settings.authority,
    clientId: settings.clientId,
    audiences: settings.audiences,
    endpoint: createTokenEndpoint(settings),
    graph: {
      resource: settings.authority.cloud.graphResource,
      endpoint: settings.graphEndpoint,
      hosts: settings.authority.cloud.graphHosts,
    },
    fetch: settings.fetch,
    clock: settings.clock,
  }
  return { api: createApiCore(settings, verifier, acquisition) }
}
