import { randomUUID } from 'node:crypto'
import { asAadstsError } from '../errors/as-aadsts-error.js'
import type { Exchange } from '../http/exchange.js'
import { recordOutcome } from '../http/record-outcome.js'
import { jsonReply, sendReply, type Reply } from '../http/reply.js'
import type { Services } from '../platform/services.js'
import { assignedIdentity } from './assigned-identity.js'
import { issueIdentityToken } from './identity-token.js'

/**
 * GET /msi/token: what IDENTITY_ENDPOINT names in App Service, Functions and Container Apps.
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity
 */
export async function appServiceEndpoint(services: Services, exchange: Exchange): Promise<void> {
  sendReply(exchange.response, await answer(services, exchange))
}

async function answer({ platform }: Services, { request, url }: Exchange): Promise<Reply> {
  const resource = url.searchParams.get('resource')
  if (request.headers['x-identity-header'] !== platform.workload.identityHeader) {
    return refusal(401, 'The X-IDENTITY-HEADER header is missing or wrong.')
  }
  if (url.searchParams.get('api-version') !== '2019-08-01') {
    return refusal(400, 'The api-version is missing or not supported.')
  }
  if (resource === null) return refusal(400, 'The resource is missing.')
  const identity = assignedIdentity(platform.directory, url.searchParams)
  if (typeof identity === 'string') return refusal(400, 'No managed identity was found.')
  try {
    const issued = await issueIdentityToken(platform, identity, resource)
    return jsonReply(200, {
      access_token: issued.token,
      expires_on: String(issued.expiresOn),
      resource,
      token_type: 'Bearer',
      client_id: issued.clientId,
    })
  } catch (cause) {
    const error = asAadstsError(cause)
    recordOutcome(request, error)
    return refusal(400, `AADSTS${error.code}: ${error.message}`)
  }
}

function refusal(statusCode: number, message: string): Reply {
  return jsonReply(statusCode, { statusCode, message, correlationId: randomUUID() })
}
