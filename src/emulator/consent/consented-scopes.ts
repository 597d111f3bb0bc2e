import type { Application } from '../directory.js'
import type { Platform } from '../platform/platform.js'

export interface ConsentQuestion {
  /** The tenant the token is for. */
  tenantId: string
  client: Application
  /** Object id of the user in that tenant. */
  userId: string
}

/**
 * The delegated permissions of one API a client holds for a user: consented by the user or an
 * administrator, pre-authorized by the API, or its own.
 */
export function consentedScopes(
  { consents }: Platform,
  question: ConsentQuestion,
  resource: Application,
): string[] {
  const { tenantId, client, userId } = question
  if (resource.appId === client.appId) return (resource.scopes ?? []).map(({ value }) => value)
  const granted = consents.delegatedScopes({
    tenant: tenantId,
    client: client.appId,
    user: userId,
    resource: resource.appId,
  })
  const preAuthorized = resource.preAuthorizedApplications?.find(
    ({ appId }) => appId === client.appId,
  )
  return [...new Set([...granted, ...(preAuthorized?.scopes ?? [])])]
}

/** Whether the user, or an administrator for everyone, has consented to anything yet. */
export function hasConsented({ consents }: Platform, question: ConsentQuestion): boolean {
  const { tenantId, client, userId } = question
  return consents.hasConsent({ tenant: tenantId, client: client.appId, user: userId })
}
