import { EgressRefusedError } from '../protocol/egress-refused-error.js'
import { isSecureUrl } from '../protocol/loopback.js'
import { isSameResource, parseScopes } from '../protocol/scopes.js'
import { refuseMe } from './graph-path.js'
import type { DownstreamApis } from './downstream-api.js'
import type { GraphAddress, Scopes } from './token-source-settings.js'

export interface EgressSettings {
  readonly graph: GraphAddress
  readonly apis: DownstreamApis
  readonly delegated: boolean
}

/**
 * Where a token may be sent: over https, and only to the resource it is for. Those of Microsoft
 * Graph go to Graph, those of an API of `entra({ apis })` to that API's origin; one whose identifier
 * is an https address goes to that host and the hosts below it, as the Azure SDKs hold it with the
 * challenges of Key Vault. Plain http reaches only what configuration names on loopback.
 *
 * @throws EgressRefusedError (ERR_ENTRA_EGRESS_REFUSED), also for `/me` with an app-only token;
 *   ScopesInvalidError (ERR_ENTRA_SCOPES_INVALID) for scopes that are none.
 */
export function createEgress(
  settings: EgressSettings,
): (url: URL, scopes: Scopes | undefined) => void {
  const { graph, apis, delegated } = settings

  function originsOf(resource: string): readonly string[] {
    const named = [...apis.values()].filter((api) => isSameResource(api.resource, resource))
    return named.map(({ origin }) => origin)
  }

  function requireAllowed(url: URL, resource: string): void {
    if (resource === graph.resource) {
      if (!isGraphUrl(url, graph)) throw notGraph(url, graph)
      if (!delegated) refuseMe(url)
      return
    }
    const origins = originsOf(resource)
    if (origins.includes(url.origin)) return
    if (origins.length > 0) throw elsewhere(url, resource, origins)
    if (!isBelow(url, resource)) throw unlisted(url, resource)
  }

  return function requireAllowedEgress(url, scopes) {
    if (!isSecureUrl(url)) {
      throw new EgressRefusedError(
        `${url.origin} is not https. A token is sent over plain http only to loopback.`,
      )
    }
    if (url.username !== '' || url.password !== '') {
      throw new EgressRefusedError(`The URL to ${url.host} holds a user name or password.`)
    }
    for (const resource of resourcesOf(scopes, graph.resource)) requireAllowed(url, resource)
  }
}

/** Whether Microsoft Graph of the configured cloud answers there. */
export function isGraphUrl(url: URL, graph: GraphAddress): boolean {
  return (
    url.origin === graph.endpoint || (url.protocol === 'https:' && graph.hosts.includes(url.host))
  )
}

function resourcesOf(scopes: Scopes | undefined, graphResource: string): readonly string[] {
  const resources = parseScopes(scopes ?? [], graphResource).map(({ resource }) => resource)
  return resources.length === 0 ? [graphResource] : [...new Set(resources)]
}

/** Whether the resource's identifier is the address of this host, or of one above it. */
function isBelow(url: URL, resource: string): boolean {
  if (!/^https:/i.test(resource) || !URL.canParse(resource)) return false
  const { hostname, port } = new URL(resource)
  if (url.protocol !== 'https:' || url.port !== port || !hostname.includes('.')) return false
  return url.hostname === hostname || url.hostname.endsWith(`.${hostname}`)
}

function notGraph(url: URL, graph: GraphAddress): EgressRefusedError {
  return new EgressRefusedError(
    `${url.origin} is not Microsoft Graph, whose tokens go to ${graph.endpoint} only. ` +
      `For another API name its scopes: fetch(url, { scopes: 'api://…/.default' }).`,
  )
}

function elsewhere(url: URL, resource: string, origins: readonly string[]): EgressRefusedError {
  return new EgressRefusedError(
    `${url.origin} is not where tokens for ${resource} go: apis of entra() sends them to ` +
      `${origins.join(', ')}. Call that, or add an API with this base URL to apis.`,
  )
}

function unlisted(url: URL, resource: string): EgressRefusedError {
  return new EgressRefusedError(
    `Nothing says that ${url.origin} is the API ${resource}, so it gets no token. Name the API: ` +
      `entra({ apis: { tasks: { baseUrl: ${JSON.stringify(url.origin)}, scopes: … } } }).`,
  )
}
