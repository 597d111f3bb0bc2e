import type { Host } from '../host/host.js'
import { credentialFault } from './credential-fault.js'

/** Where a machine hands out tokens of its managed identities. */
export interface ManagedIdentityEndpoint {
  readonly kind: 'app-service' | 'imds'
  readonly url: string
  readonly apiVersion: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * The endpoint of the machine the app runs on: that of App Service, Functions and Container Apps
 * where the environment names one, the Instance Metadata Service of a virtual machine otherwise.
 *
 * @throws ConfigurationError on Azure Arc and Service Fabric, whose endpoints work differently,
 *   and when a variable holds no address.
 * @see https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
 */
export function managedIdentityEndpointOf({ environment }: Host): ManagedIdentityEndpoint {
  const { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: secret } = environment
  if (isGiven(environment['IDENTITY_SERVER_THUMBPRINT'])) throw unsupported('Service Fabric')
  if (isGiven(endpoint) && isGiven(secret)) {
    return {
      kind: 'app-service',
      url: addressOf('IDENTITY_ENDPOINT', endpoint).href,
      apiVersion: '2019-08-01',
      headers: { 'X-IDENTITY-HEADER': secret },
    }
  }
  if (isGiven(endpoint) && isGiven(environment['IMDS_ENDPOINT'])) throw unsupported('Azure Arc')
  const { AZURE_POD_IDENTITY_AUTHORITY_HOST: host } = environment
  const base = isGiven(host)
    ? addressOf('AZURE_POD_IDENTITY_AUTHORITY_HOST', host).origin
    : 'http://169.254.169.254'
  return {
    kind: 'imds',
    url: `${base}/metadata/identity/oauth2/token`,
    apiVersion: '2018-02-01',
    headers: { Metadata: 'true' },
  }
}

function isGiven(value: string | undefined): value is string {
  return value !== undefined && value !== ''
}

// Plain http is right here: these addresses are the machine's own or link-local.
function addressOf(variable: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && ['http:', 'https:'].includes(url.protocol)) return url
  throw credentialFault(
    `${variable} is ${JSON.stringify(text)}. Expected the address of the managed identity ` +
      'endpoint; Azure sets it by itself.',
    variable,
  )
}

function unsupported(where: string) {
  return credentialFault(
    `Managed identities of ${where} are not supported. Expected App Service, Functions, ` +
      'Container Apps, or a machine with the Instance Metadata Service. Fetch the token in ' +
      '{ federated: { assertion: async () => token } } instead.',
  )
}
