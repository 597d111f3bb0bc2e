import { isGuid } from '../protocol/tenant.js'
import { credentialFault } from './credential-fault.js'

export interface ManagedIdentityOption {
  /** Client ID of a user-assigned identity; undefined for the system-assigned one. */
  readonly clientId: string | undefined
}

/** Reads `managedIdentity: { clientId? }`. @throws ConfigurationError when it is something else. */
export function managedIdentityOptionOf(option: unknown): ManagedIdentityOption {
  if (typeof option === 'object' && option !== null && !Array.isArray(option)) {
    const { clientId, ...rest } = option as Record<string, unknown>
    const isIdentity = clientId === undefined || isGuid(clientId)
    if (isIdentity && Object.keys(rest).length === 0) return { clientId }
  }
  throw credentialFault(
    'managedIdentity must be {} for the identity that was assigned by the system, or ' +
      '{ clientId } with the client ID (a GUID) of a user-assigned identity.',
  )
}
