import { asAadstsError } from '../errors/as-aadsts-error.js'
import { traceFor } from '../errors/trace.js'
import type { Exchange } from '../http/exchange.js'
import { recordOutcome } from '../http/record-outcome.js'
import { errorReply, jsonReply, sendReply } from '../http/reply.js'
import { instanceMetadata } from './instance-metadata.js'
import { keySetV1, keySetV2 } from './key-set.js'
import { metadataV1, metadataV2 } from './metadata.js'
import type { Platform } from './platform.js'
import type { Services } from './services.js'
import { tenantSegmentOf, type TenantSegment } from './tenant-segment.js'

/** GET /{tenant}/v2.0/.well-known/openid-configuration, and the v1.0 form without `/v2.0`. */
export function discoveryEndpoint({ platform }: Services, exchange: Exchange): void {
  const document = exchange.path.startsWith('/v2.0/') ? metadataV2 : metadataV1
  sendDocument(platform, exchange, document)
}

/** GET /{tenant}/discovery/v2.0/keys, and the v1.0 form without `/v2.0`. */
export function keysEndpoint({ platform }: Services, exchange: Exchange): void {
  const keySet = exchange.path.includes('/v2.0/') ? keySetV2 : keySetV1
  sendDocument(platform, exchange, keySet)
}

/**
 * GET /common/discovery/instance: which hosts are one cloud. Clients ask before they trust an
 * authority they do not know by heart.
 */
export function instanceDiscoveryEndpoint({ platform }: Services, exchange: Exchange): void {
  const asked = exchange.url.searchParams.get('authorization_endpoint') ?? ''
  sendDocument(platform, exchange, () => instanceMetadata(platform, asked))
}

function sendDocument(
  platform: Platform,
  exchange: Exchange,
  document: (platform: Platform, segment: TenantSegment) => object,
): void {
  const { request, response, tenant } = exchange
  try {
    const segment = tenantSegmentOf(platform.directory, tenant)
    sendReply(
      response,
      jsonReply(200, document(platform, segment), {
        'cache-control': 'max-age=86400, private',
        'access-control-allow-origin': '*',
        'x-content-type-options': 'nosniff',
      }),
    )
  } catch (cause) {
    const error = asAadstsError(cause)
    recordOutcome(request, error)
    const trace = traceFor(platform.now(), exchange.clientRequestId)
    sendReply(response, errorReply(error, { trace, origin: platform.origin }))
  }
}
