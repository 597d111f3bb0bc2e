import type { ConsentGrant } from './deployment.js'

/** Whether an API is Microsoft Graph: all that a grant tells about its API, besides telling it from others. */
export type ApiKind = 'graph' | 'other'

/**
 * The grants that can be of Microsoft Graph, or of another API. A grant names its API by an object of
 * the tenant, which no configuration knows; what cannot be told counts for both.
 */
export function grantsOf(kind: ApiKind, grants: readonly ConsentGrant[]): readonly ConsentGrant[] {
  const graphIds = new Set(
    grants.filter(isSurelyGraph).flatMap(({ resourceId }) => resourceId ?? []),
  )
  return grants.filter((grant) => {
    const { resourceId, resourceName } = grant
    if (isSurelyGraph(grant) || graphIds.has(resourceId ?? '')) return kind === 'graph'
    // A tenant has one Graph: where it is known, or a name stands, the API is another.
    const isOther = resourceName !== undefined || (graphIds.size > 0 && resourceId !== undefined)
    return !isOther || kind === 'other'
  })
}

/** Of the OpenID Connect scopes, which are kept as permissions of Graph, other APIs have none by these names. */
function isSurelyGraph({ resourceName, scopes }: ConsentGrant): boolean {
  if (resourceName !== undefined) return resourceName === 'Microsoft Graph'
  return scopes.includes('openid') || scopes.includes('offline_access')
}

/** How many APIs these grants are of. */
export function apiCountOf(grants: readonly ConsentGrant[]): number {
  return new Set(grants.map((grant) => grant.resourceId ?? grant)).size
}
