import { cacheKey } from '../protocol/cache-key.js'
import { keptTokenOf } from '../stores/kept-token.js'
import type { AcquisitionSettings } from './acquisition-settings.js'
import { AccessToken } from './access-token.js'
import { createTokenMemory } from './token-memory.js'
import { createTokenSource, type TokenSource } from './token-source.js'
import type { Scopes } from './token-source-settings.js'

const rememberedTokens = 10_000

export interface ForAppOptions {
  /** GUID or domain of a tenant; needed when the app is configured for several. */
  readonly tenant?: string
}

/**
 * Tokens of the app itself, by client credentials: always `{resource}/.default`, always of one
 * concrete tenant; anything else is a ScopesInvalidError before any request.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export function createAppOnly(
  settings: AcquisitionSettings,
): (options?: ForAppOptions) => TokenSource {
  const { clock, endpoint, graph } = settings
  const memory = createTokenMemory({ clock, capacity: rememberedTokens })

  async function acquire(tenant: string, scopes: Scopes | undefined) {
    const plan = settings.plan({
      scopes: scopes ?? `${graph.resource}/.default`,
      purpose: 'app',
      tenant,
    })
    const request = { tenant, scope: plan.scopes.join(' '), resource: plan.resource }
    const kept = await memory.get(cacheKey(tenant, plan.resource), async () =>
      keptTokenOf(await endpoint.clientCredentials(request), {
        resource: plan.resource,
        requested: plan.scopes,
        receivedAt: clock(),
      }),
    )
    return new AccessToken(kept)
  }

  return (options = {}) => {
    const tenant = options.tenant?.toLowerCase() ?? settings.authority.tenant
    return createTokenSource({
      acquire: (scopes) => acquire(tenant, scopes),
      graph,
      fetch: settings.fetch,
      delegated: false,
    })
  }
}
