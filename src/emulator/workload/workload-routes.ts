import type { Endpoint } from '../emulator-switches.js'
import type { Exchange } from '../http/exchange.js'
import { jsonReply, sendReply } from '../http/reply.js'
import type { Services } from '../platform/services.js'
import { appServiceEndpoint } from './app-service-endpoint.js'
import { instanceMetadataEndpoint } from './instance-metadata-endpoint.js'

type Answer = (services: Services, exchange: Exchange) => Promise<void> | void

/** What the machine and the workload's issuer answer, by the whole path. */
export const workloadRoutes: readonly (readonly [
  path: RegExp,
  endpoint: Endpoint,
  answer: Answer,
])[] = [
  [/^\/workload\/\.well-known\/openid-configuration$/, 'discovery', issuerMetadata],
  [/^\/workload\/openid\/v1\/jwks$/, 'keys', issuerKeys],
  [/^\/metadata\/identity\/oauth2\/token$/, 'managed-identity', instanceMetadataEndpoint],
  [/^\/msi\/token$/, 'managed-identity', appServiceEndpoint],
]

function issuerMetadata({ platform }: Services, { response }: Exchange): void {
  const { issuer } = platform.workload
  const document = {
    issuer,
    jwks_uri: `${issuer}/openid/v1/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
  sendReply(response, jsonReply(200, document))
}

async function issuerKeys({ platform }: Services, { response }: Exchange): Promise<void> {
  const { kid, n, e } = await platform.workload.key()
  const keys = [{ use: 'sig', kty: 'RSA', kid, alg: 'RS256', n, e }]
  sendReply(response, jsonReply(200, { keys }))
}
