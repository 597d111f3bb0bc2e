import type { CryptoKey } from 'jose'
import type { Authority, TokenVersion } from '../protocol/authority.js'
import type { PlatformFault } from '../protocol/platform-unavailable-error.js'
import type { Clock } from './clock.js'
import { DocumentUnavailable, fetchJson, type DocumentRequest } from './http-json.js'
import { fetchMetadata, type Metadata } from './metadata.js'
import { publishedKeysIn, type PublishedKey } from './published-key.js'

const metadataLifetime = 24 * 60 * 60_000

export interface KeyDocumentSettings {
  readonly authority: Authority
  readonly version: TokenVersion
  /** For an app with its own signing keys (claims mapping): asks for that app's keys. */
  readonly appId?: string | undefined
  readonly fetch: typeof fetch
  readonly clock: Clock
  /** Milliseconds that one attempt may take: metadata and keys together. */
  readonly deadline?: number | undefined
}

/** One good key document, and the metadata that led to it. */
export interface KeyDocument {
  readonly metadata: Metadata
  readonly published: readonly PublishedKey[]
  /** The platform's clock less ours, in milliseconds. */
  readonly clockDifference: number | undefined
}

/** An attempt failed; tells which of the two documents could not be had. */
export class KeysUnavailable extends Error {
  readonly endpoint: PlatformFault['endpoint']
  readonly failure: PlatformFault['failure']
  readonly retryAfter: number | undefined
  /** HTTP status of an answer that was none. */
  readonly status: number | undefined

  constructor(endpoint: PlatformFault['endpoint'], reason: DocumentUnavailable) {
    super(`The ${endpoint} are unavailable: ${reason.failure}.`)
    this.endpoint = endpoint
    this.failure = reason.failure
    this.retryAfter = reason.retryAfter
    this.status = reason.status
  }
}

type FetchKeyDocument = (known: ReadonlyMap<string, CryptoKey>) => Promise<KeyDocument>

/**
 * Makes attempts to fetch the keys of an authority, each within one deadline. Metadata is fetched
 * once a day; while it cannot be had, the last good one stays.
 *
 * The function it returns throws KeysUnavailable.
 */
export function createKeyDocuments(settings: KeyDocumentSettings): FetchKeyDocument {
  let metadata: Metadata | undefined
  let fetchedAt = Number.NEGATIVE_INFINITY

  async function fetchedMetadata(request: DocumentRequest): Promise<Metadata> {
    metadata = await fetchMetadata(settings, request)
    fetchedAt = settings.clock()
    return metadata
  }

  function currentMetadata(request: DocumentRequest): Metadata | Promise<Metadata> {
    if (metadata === undefined) return fetchedMetadata(request)
    const age = settings.clock() - fetchedAt
    // The old one serves meanwhile: an outage of metadata alone must not keep keys from changing.
    if (age < 0 || age >= metadataLifetime) fetchedMetadata(request).catch(() => undefined)
    return metadata
  }

  return async function fetchKeyDocument(known) {
    const { fetch, clock, deadline = 4_500 } = settings
    const request = { fetch, clock, deadline: AbortSignal.timeout(deadline) }
    const current = await describing('metadata', () => currentMetadata(request))
    const { content, serverTime } = await describing('keys', () =>
      fetchJson(current.keysUrl, request),
    )
    const published = await publishedKeysIn(content, known)
    if (published === undefined)
      throw new KeysUnavailable('keys', new DocumentUnavailable('content'))
    const clockDifference = serverTime === undefined ? undefined : serverTime - clock()
    return { metadata: current, published, clockDifference }
  }
}

async function describing<Value>(
  endpoint: PlatformFault['endpoint'],
  work: () => Value | Promise<Value>,
): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof DocumentUnavailable ? new KeysUnavailable(endpoint, error) : error
  }
}
