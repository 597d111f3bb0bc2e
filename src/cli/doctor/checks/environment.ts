import {
  certificatePathVariable,
  environmentVariables,
  tokenFileVariable,
} from '../../../middleware/environment.js'
import { closestName } from '../../../protocol/closest-name.js'
import { cloudOf } from '../../../protocol/clouds.js'
import { isLoopbackHost } from '../../../protocol/loopback.js'
import type { Check } from '../check.js'
import type { Deployment } from '../deployment.js'
import { finding, type Finding } from '../finding.js'

/** What the process is run with, beside its options. */
export const environmentCheck: Check = {
  title: 'Process and machine',
  run: (deployment) => [
    ...oldNode(),
    ...uncheckedTls(deployment),
    ...misspeltVariables(deployment),
    ...foreignCredential(deployment),
    ...ignoredProxy(deployment),
    ...foreignGraph(deployment),
    ...loopbackInProduction(deployment),
  ],
}

const setIn = ({ host }: Deployment, name: string) => {
  const text = host.environment[name]?.trim()
  return text === undefined || text === '' ? undefined : text
}

function oldNode(): readonly Finding[] {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isSupported = major >= 24 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)
  if (isSupported) return []
  return [
    finding('node-unsupported', {
      found: `Node ${process.versions.node}`,
      expected: 'Node ^20.19 || ^22.12 || >=24',
      cure: 'Install a Node that is supported.',
    }),
  ]
}

function uncheckedTls(deployment: Deployment): readonly Finding[] {
  if (setIn(deployment, 'NODE_TLS_REJECT_UNAUTHORIZED') !== '0') return []
  return [
    finding('tls-unchecked', {
      found: 'NODE_TLS_REJECT_UNAUTHORIZED=0: anybody on the way can give this app forged keys',
      expected: 'certificates that are checked',
      cure: 'Remove the variable. A certificate authority of your own belongs into NODE_EXTRA_CA_CERTS.',
    }),
  ]
}

const knownVariables = [
  ...Object.values(environmentVariables),
  certificatePathVariable,
  tokenFileVariable,
]

/** What the Azure SDKs and this package's own tests read beside. */
const othersVariables =
  /^AZURE_(?:CONFIG_DIR|POD_|CLIENT_CERTIFICATE_PASSWORD|CLIENT_SEND_|USERNAME|PASSWORD|SUBSCRIPTION|REGION|ADDITIONALLY|LOG_|CORE_|EXTENSION_|HTTP_|IDENTITY_|TOKEN_CREDENTIALS|STORAGE_|KEYVAULT_|FUNCTIONS_|REGIONAL_)/

function misspeltVariables(deployment: Deployment): readonly Finding[] {
  const suspects = Object.keys(deployment.host.environment).filter(
    (name) => /^(?:ENTRADA|AZURE)_/.test(name) && !knownVariables.includes(name),
  )
  return suspects.flatMap((name) => {
    const meant = closestName(name, knownVariables)
    const isOurs = name.startsWith('ENTRADA_')
    if (!isOurs && (meant === undefined || othersVariables.test(name))) return []
    // What is set rightly as well is no typing mistake.
    if (!isOurs && meant !== undefined && setIn(deployment, meant) !== undefined) return []
    return [
      finding('variable-unknown', {
        found: `the environment variable ${name}, which nothing reads`,
        expected: meant ?? `one of ${knownVariables.join(', ')}`,
        cure: meant === undefined ? 'Remove it.' : `Rename it to ${meant}.`,
      }),
    ]
  })
}

function foreignCredential(deployment: Deployment): readonly Finding[] {
  const { options } = deployment
  const client = setIn(deployment, environmentVariables.clientId)
  const variables = [environmentVariables.credential, certificatePathVariable, tokenFileVariable]
  const variable = variables.find((name) => setIn(deployment, name) !== undefined)
  if (client === undefined || variable === undefined || options.credential !== undefined) return []
  const own: unknown = options.clientId // what a configuration file says
  if (typeof own !== 'string' || own.toLowerCase() === client.toLowerCase()) return []
  return [
    finding('credential-of-another-client', {
      found: `${variable} belongs to AZURE_CLIENT_ID ${client}, and clientId is ${own}`,
      expected: 'the credential of this client',
      cure: 'Give entra({ credential }) for this client, or set AZURE_CLIENT_ID to it.',
    }),
  ]
}

function ignoredProxy(deployment: Deployment): readonly Finding[] {
  const variable = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].find(
    (name) => setIn(deployment, name) !== undefined,
  )
  const isUsed = setIn(deployment, 'NODE_USE_ENV_PROXY') === '1'
  if (variable === undefined || isUsed || deployment.configuration.entra.fetch !== undefined) {
    return []
  }
  return [
    finding('proxy-ignored', {
      found: `${variable} is set, and Node's fetch does not use it`,
      expected: 'a fetch that goes through the proxy, where the platform is behind one',
      cure: "Give entra({ fetch }) a function that uses the proxy's agent, or NODE_USE_ENV_PROXY=1 on Node 24.",
    }),
  ]
}

function foreignGraph({ settings }: Deployment): readonly Finding[] {
  const { authority, graphEndpoint } = settings
  const { host, hostname } = new URL(graphEndpoint)
  const { cloud, origin } = authority
  const isEmulated = isLoopbackHost(hostname)
  if (cloud.graphHosts.includes(host) || (cloud.name === 'custom' && !isPublicGraph(host)))
    return []
  if (isEmulated && isLoopbackHost(new URL(origin).hostname)) return []
  return [
    finding('graph-of-another-cloud', {
      found: `graphEndpoint is ${graphEndpoint}, and the authority is ${origin}`,
      expected: cloud.graphHosts.map((name) => `https://${name}`).join(' or '),
      cure: 'Remove graphEndpoint (ENTRADA_GRAPH_ENDPOINT), or set authorityHost (AZURE_AUTHORITY_HOST) to the same cloud.',
    }),
  ]
}

function isPublicGraph(host: string): boolean {
  const authorities = ['login.microsoftonline.us', 'login.partner.microsoftonline.cn']
  return authorities.some((authority) => cloudOf(authority).graphHosts.includes(host))
}

function loopbackInProduction({ settings, production }: Deployment): readonly Finding[] {
  if (!production) return []
  const local = settings.baseUrls.find((origin) => isLoopbackHost(new URL(origin).hostname))
  if (local === undefined) return []
  return [
    finding('loopback-in-production', {
      found: `baseUrl is ${local}, with NODE_ENV=production`,
      expected: 'the public origin of the app',
      cure: 'Set baseUrl (ENTRADA_BASE_URL) to the address that is in the browser.',
    }),
  ]
}
