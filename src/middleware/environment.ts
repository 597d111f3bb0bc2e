import type { Host } from '../host/host.js'
import type { ClientCredential, EntraOptions } from './entra-options.js'

type FromText<Key extends keyof EntraOptions> = (text: string) => EntraOptions[Key]

const listOf = (text: string): readonly string[] => text.split(/[\s,]+/).filter(Boolean)

/** A secret may well hold a comma. */
const secretsOf = (text: string): readonly string[] => text.split(/\s+/)

const policyOf: FromText<'tenants'> = (text) => (text === 'any' ? 'any' : listOf(text))

/** Every option that the environment can set, with the variable that sets it. */
export const environmentVariables = {
  tenant: 'AZURE_TENANT_ID',
  clientId: 'AZURE_CLIENT_ID',
  credential: 'AZURE_CLIENT_SECRET',
  authorityHost: 'AZURE_AUTHORITY_HOST',
  tenants: 'ENTRADA_TENANTS',
  audiences: 'ENTRADA_AUDIENCES',
  resourceUrl: 'ENTRADA_RESOURCE_URL',
  baseUrl: 'ENTRADA_BASE_URL',
  secret: 'ENTRADA_SECRET',
  graphEndpoint: 'ENTRADA_GRAPH_ENDPOINT',
  cacheMegabytes: 'ENTRADA_CACHE_MEGABYTES',
} as const satisfies Partial<Record<keyof EntraOptions, string>>

/** The variable of the Azure SDKs that names a PEM file with certificate and private key. */
export const certificatePathVariable = 'AZURE_CLIENT_CERTIFICATE_PATH'

/** The variable in which a Kubernetes workload finds the path of its service account token. */
export const tokenFileVariable = 'AZURE_FEDERATED_TOKEN_FILE'

/**
 * The options as given, completed from the environment. A credential of the environment belongs
 * to the client of the environment: it is not given to another client that the program names,
 * so two registrations in one program cannot mix.
 */
export function withEnvironment(options: EntraOptions, host: Host): EntraOptions {
  const read = <Key extends keyof typeof environmentVariables>(
    key: Key,
    from: FromText<Key>,
  ): Partial<EntraOptions> => {
    const text = textOf(host, environmentVariables[key])
    return text === undefined ? {} : { [key]: from(text) }
  }
  return {
    ...read('tenant', String),
    ...read('clientId', String),
    ...read('authorityHost', String),
    ...read('tenants', policyOf),
    ...read('audiences', listOf),
    ...read('resourceUrl', String),
    ...read('baseUrl', listOf),
    ...read('secret', secretsOf),
    ...read('graphEndpoint', String),
    ...read('cacheMegabytes', Number),
    ...(belongsToEnvironment(options, host) ? credentialOf(host) : {}),
    ...withoutUndefined(options),
  }
}

function belongsToEnvironment(options: EntraOptions, host: Host): boolean {
  const client = textOf(host, environmentVariables.clientId)
  const given: unknown = options.clientId
  if (client === undefined || given === undefined) return true
  return typeof given === 'string' && client.toLowerCase() === given.toLowerCase()
}

/** What a shell or an orchestrator sets to nothing, or ends with a newline, was not meant so. */
function textOf({ environment }: Host, variable: string): string | undefined {
  const text = environment[variable]?.trim()
  return text === '' ? undefined : text
}

/** Several make a list in which what cannot be copied comes first. */
function credentialOf(host: Host): Pick<EntraOptions, 'credential'> {
  const tokenFile = textOf(host, tokenFileVariable)
  const path = textOf(host, certificatePathVariable)
  const secret = textOf(host, environmentVariables.credential)
  const given: ClientCredential[] = []
  if (tokenFile !== undefined) given.push({ federated: { tokenFile } })
  if (path !== undefined) given.push({ certificate: { path } })
  if (secret !== undefined) given.push({ secret })
  const [first, ...others] = given
  if (first === undefined) return {}
  return { credential: others.length === 0 ? first : [first, ...others] }
}

/** `{ tenant: process.env.MISSPELT }` means "not given", not "undefined wins". */
function withoutUndefined(options: EntraOptions): EntraOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
