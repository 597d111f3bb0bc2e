import type { Directory, ManagedIdentity } from '../directory.js'

/** Why the machine can name no identity for a request. */
export type IdentityFault = 'not found' | 'ambiguous'

/**
 * The identity a request means: the one it names by client or object id; without a name the one
 * assigned by the system, or else the only one there is.
 */
export function assignedIdentity(
  { managedIdentities = [] }: Directory,
  query: URLSearchParams,
): ManagedIdentity | IdentityFault {
  const clientId = query.get('client_id')
  const objectId = query.get('object_id')
  const isNamed = clientId !== null || objectId !== null
  const fitting = managedIdentities.filter(
    (identity) =>
      (clientId === null || isSame(identity.clientId, clientId)) &&
      (objectId === null || isSame(identity.principalId, objectId)) &&
      !query.has('mi_res_id') &&
      !query.has('msi_res_id'),
  )
  const ofSystem = fitting.find(({ type }) => type === 'SystemAssigned')
  const [first, ...others] = isNamed || ofSystem === undefined ? fitting : [ofSystem]
  if (first === undefined) return 'not found'
  return others.length === 0 ? first : 'ambiguous'
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
