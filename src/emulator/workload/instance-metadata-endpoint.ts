import { asAadstsError } from '../errors/as-aadsts-error.js'
import { errorBodyOf, traceFor } from '../errors/trace.js'
import type { Exchange } from '../http/exchange.js'
import { recordOutcome } from '../http/record-outcome.js'
import { jsonReply, sendReply, type Reply } from '../http/reply.js'
import type { Services } from '../platform/services.js'
import { assignedIdentity } from './assigned-identity.js'
import { issueIdentityToken } from './identity-token.js'

/**
 * GET /metadata/identity/oauth2/token: the Instance Metadata Service of a virtual machine.
 * https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
 */
export async function instanceMetadataEndpoint(
  services: Services,
  exchange: Exchange,
): Promise<void> {
  sendReply(exchange.response, await answer(services, exchange))
}

async function answer({ platform }: Services, exchange: Exchange): Promise<Reply> {
  const { request, url } = exchange
  const resource = url.searchParams.get('resource')
  if (request.method !== 'GET') return refusal('The method must be GET.', 405)
  // Neither can be sent by a page in a browser or through a proxy that was fooled into it.
  if (request.headers.metadata !== 'true' || request.headers['x-forwarded-for'] !== undefined) {
    return refusal('Required metadata header not specified')
  }
  if (!/^\d{4}-\d\d-\d\d$/.test(url.searchParams.get('api-version') ?? '')) {
    return refusal("Required query variable 'api-version' is missing")
  }
  if (resource === null) return refusal("Required query variable 'resource' is missing")
  const identity = assignedIdentity(platform.directory, url.searchParams)
  if (identity === 'not found') return refusal('Identity not found')
  if (identity === 'ambiguous') {
    return refusal(
      'Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request',
    )
  }
  try {
    const issued = await issueIdentityToken(platform, identity, resource)
    const now = Math.floor(platform.now() / 1000)
    return jsonReply(200, {
      access_token: issued.token,
      client_id: issued.clientId,
      refresh_token: '',
      expires_in: String(issued.expiresOn - now),
      expires_on: String(issued.expiresOn),
      not_before: String(issued.notBefore),
      resource,
      token_type: 'Bearer',
    })
  } catch (cause) {
    const error = asAadstsError(cause)
    recordOutcome(request, error)
    const trace = traceFor(platform.now(), exchange.clientRequestId)
    return jsonReply(400, errorBodyOf(error, trace, platform.origin))
  }
}

function refusal(description: string, status = 400): Reply {
  return jsonReply(status, { error: 'invalid_request', error_description: description })
}
