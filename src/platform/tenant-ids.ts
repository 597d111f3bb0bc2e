import { authorityForTenant, type Authority } from '../protocol/authority.js'
import { PlatformUnavailableError } from '../protocol/platform-unavailable-error.js'
import type { Clock } from './clock.js'
import { DocumentUnavailable } from './http-json.js'
import { fetchMetadata } from './metadata.js'

export interface TenantIdsSettings {
  readonly authority: Authority
  readonly fetch: typeof fetch
  readonly clock: Clock
}

const deadline = 5_000
const usualPauseSeconds = 5

/**
 * The GUID of a tenant that configuration names by a domain, as its metadata says it; asked once.
 *
 * @throws PlatformUnavailableError (ERR_ENTRA_PLATFORM_UNAVAILABLE)
 */
export function createTenantIds(settings: TenantIdsSettings): (domain: string) => Promise<string> {
  const known = new Map<string, string>()

  return async function tenantIdOf(domain) {
    const tenantId = known.get(domain) ?? (await idInMetadata(settings, domain))
    known.set(domain, tenantId)
    return tenantId
  }
}

async function idInMetadata(
  { authority, fetch, clock }: TenantIdsSettings,
  domain: string,
): Promise<string> {
  const request = { fetch, clock, deadline: AbortSignal.timeout(deadline) }
  const asked = { authority: authorityForTenant(authority, domain), version: '2.0' } as const
  const { tenantId } = await fetchMetadata(asked, request).catch((error: unknown) => {
    if (error instanceof DocumentUnavailable) throw unavailable(error.failure)
    throw error
  })
  if (tenantId === undefined) throw unavailable('content')
  return tenantId
}

function unavailable(failure: DocumentUnavailable['failure']): PlatformUnavailableError {
  return new PlatformUnavailableError({
    endpoint: 'metadata',
    failure,
    retryAfter: usualPauseSeconds,
    detail: 'The tenant that a domain belongs to could not be read.',
  })
}
