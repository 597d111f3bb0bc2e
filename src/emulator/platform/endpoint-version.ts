import type { Exchange } from '../http/exchange.js'
import type { Parameters } from '../http/parameters.js'

/** `/oauth2/token` and its like are version 1, `/oauth2/v2.0/token` version 2. */
export function endpointVersionOf({ path }: Pick<Exchange, 'path'>): 1 | 2 {
  return path.includes('/v2.0/') ? 2 : 1
}

/**
 * A v1.0 request in the words of v2.0: it names an API in `resource` instead of permissions in
 * `scope`, and means everything that was granted for it.
 */
export function asV2Request({ resource, ...parameters }: Parameters): Parameters {
  const openid = 'openid profile offline_access'
  const scope = resource === undefined ? openid : `${resource}/.default ${openid}`
  return { ...parameters, scope }
}
