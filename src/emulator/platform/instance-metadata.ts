import { instanceInvalid } from '../errors/catalogue.js'
import { publicCloudAliases } from './cloud.js'
import type { Platform } from './platform.js'

/** The answer of instance discovery; hosts of other clouds are AADSTS50049. */
export function instanceMetadata({ origin }: Platform, authorizationEndpoint: string): object {
  const { host } = new URL(origin)
  const asked = URL.canParse(authorizationEndpoint) ? new URL(authorizationEndpoint) : undefined
  const aliases = publicCloudAliases.includes(host) ? publicCloudAliases : [host]
  if (asked === undefined || !aliases.includes(asked.host)) {
    throw instanceInvalid(asked?.host ?? authorizationEndpoint)
  }
  const [preferredNetwork = host, preferredCache = host] = aliases
  const tenant = asked.pathname.split('/')[1] ?? 'common'
  return {
    tenant_discovery_endpoint: `${origin}/${tenant}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: preferredNetwork, preferred_cache: preferredCache, aliases }],
  }
}
