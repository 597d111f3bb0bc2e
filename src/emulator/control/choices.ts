import type { Platform } from '../platform/platform.js'
import type { Choice } from './switch.js'

export const everybody: Choice = { value: '', label: 'everybody' }

export function users({ directory }: Platform): Choice[] {
  return directory.tenants.flatMap(({ displayName, users: ofTenant }) =>
    ofTenant.map(({ id, userPrincipalName }) => ({
      value: id,
      label: `${userPrincipalName} (${displayName})`,
    })),
  )
}

/** Applications that tokens are issued for. */
export function apis({ directory }: Platform): Choice[] {
  return directory.applications
    .filter(({ scopes = [], appRoles = [] }) => scopes.length + appRoles.length > 0)
    .map(choiceOf)
}

/** Applications that ask for tokens. */
export function clients({ directory }: Platform): Choice[] {
  return directory.applications
    .filter(({ redirectUris, secrets = [] }) => redirectUris.length + secrets.length > 0)
    .map(choiceOf)
}

function choiceOf({ appId, displayName }: { appId: string; displayName: string }): Choice {
  return { value: appId, label: displayName }
}
