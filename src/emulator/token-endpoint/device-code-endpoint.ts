import { grantTypeUnsupported } from '../errors/catalogue.js'
import { traceFor } from '../errors/trace.js'
import type { Exchange } from '../http/exchange.js'
import { recordOutcome } from '../http/record-outcome.js'
import { errorReply, sendReply } from '../http/reply.js'
import type { Services } from '../platform/services.js'

/** The flow of machines without a browser, which a web server does not use: AADSTS70003. */
export function deviceCodeEndpoint({ platform }: Services, exchange: Exchange): void {
  const { request, response } = exchange
  const error = grantTypeUnsupported('urn:ietf:params:oauth:grant-type:device_code')
  recordOutcome(request, error)
  const trace = traceFor(platform.now(), exchange.clientRequestId)
  sendReply(response, errorReply(error, { trace, origin: platform.origin }))
}
