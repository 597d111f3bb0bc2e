import { timingSafeEqual, createHash } from 'node:crypto'
import type { Application } from '../directory.js'
import {
  clientSecretInvalid,
  credentialMissing,
  malformedRequest,
  publicClientWithCredential,
} from '../errors/catalogue.js'
import { parameterInvalid } from '../errors/catalogue.js'
import { crossOriginRedemption } from '../errors/grant-errors.js'
import type { Parameters } from '../http/parameters.js'
import type { Platform } from '../platform/platform.js'
import type { ClientProof } from '../tokens/access-token-claims.js'
import { isFederatedAssertion, verifyFederatedAssertion } from '../workload/federated-assertion.js'
import { verifyClientAssertion } from './client-assertion.js'

export interface ClientCredentialRequest {
  parameters: Parameters
  /** The Authorization header. */
  authorization: string | undefined
  /** URLs an assertion may be addressed to. */
  audiences: string[]
  platform: Platform
  /** The Origin header. */
  origin?: string | undefined
}

/** The client id and credential as sent, in the body or by HTTP Basic. */
export interface PresentedCredential {
  clientId: string | undefined
  secret: string | undefined
}

/** Reads `client_secret_basic`: both halves are form-encoded (RFC 6749 section 2.3.1). */
export function presentedCredential({
  parameters,
  authorization,
}: Pick<ClientCredentialRequest, 'parameters' | 'authorization'>): PresentedCredential {
  const inBody = { clientId: parameters.client_id, secret: parameters.client_secret }
  if (authorization === undefined) return inBody
  const [, encoded] = /^Basic +([A-Za-z\d+/]+=*)$/i.exec(authorization) ?? []
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(decodeBase64(encoded)) ?? []
  if (id === undefined || secret === undefined) {
    throw malformedRequest('The Authorization header is not HTTP Basic.')
  }
  const basic = { clientId: formDecoded(id), secret: formDecoded(secret) }
  if (inBody.clientId !== undefined && inBody.clientId !== basic.clientId) {
    throw malformedRequest('The client_id of the body is not that of the Authorization header.')
  }
  if (inBody.secret !== undefined) {
    throw malformedRequest('The client authenticates in more than one way.')
  }
  return basic
}

/** How the client proved itself, or the refusal: a secret that a page sends is no secret. */
export async function authenticateClient(
  client: Application,
  request: ClientCredentialRequest,
): Promise<ClientProof> {
  const { secret } = presentedCredential(request)
  const { client_assertion: assertion, client_assertion_type: type } = request.parameters
  if (secret !== undefined && assertion !== undefined) {
    throw malformedRequest('The client authenticates in more than one way.')
  }
  if (secret === undefined && assertion === undefined) return withoutCredential(client, request)
  if (request.origin !== undefined) throw crossOriginRedemption()
  if (isPublicOnly(client)) throw publicClientWithCredential()
  if (secret !== undefined) return withSecret(client, secret)
  if (type !== assertionType) {
    throw parameterInvalid('client_assertion_type', `must be '${assertionType}'.`)
  }
  await verifyAssertion(client, request, assertion ?? '')
  return 'certificate'
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** What another issuer has signed stands in for a certificate, and shows as one. */
async function verifyAssertion(
  client: Application,
  { platform, audiences }: ClientCredentialRequest,
  assertion: string,
): Promise<void> {
  if (isFederatedAssertion(assertion)) {
    await verifyFederatedAssertion(platform, client, assertion)
    return
  }
  await verifyClientAssertion(client, { assertion, audiences, now: platform.now() })
}

function isPublicOnly({
  secrets = [],
  certificates = [],
  federatedCredentials = [],
  isFallbackPublicClient,
}: Application): boolean {
  const credentials = [...secrets, ...certificates, ...federatedCredentials]
  return isFallbackPublicClient === true && credentials.length === 0
}

/** Pages have none, and neither have public clients. */
function withoutCredential(
  { isFallbackPublicClient, spaRedirectUris = [] }: Application,
  { origin }: ClientCredentialRequest,
): ClientProof {
  const isPage = origin !== undefined && spaRedirectUris.length > 0
  if (isFallbackPublicClient !== true && !isPage) throw credentialMissing()
  return 'public'
}

function withSecret({ appId, secrets = [] }: Application, presented: string): ClientProof {
  if (!secrets.some((secret) => isSame(secret, presented))) throw clientSecretInvalid(appId)
  return 'secret'
}

function isSame(one: string, other: string): boolean {
  const [first, second] = [one, other].map((text) => createHash('sha256').update(text).digest())
  return first !== undefined && second !== undefined && timingSafeEqual(first, second)
}

function decodeBase64(encoded: string | undefined): string {
  return encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString()
}

function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw malformedRequest('The Authorization header is not form-encoded.')
  }
}
