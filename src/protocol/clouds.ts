/** A cloud of the Microsoft identity platform: isolated from the others, each with its own hosts. */
export interface Cloud {
  readonly name: 'global' | 'us-government' | 'china' | 'custom'
  /** The host that the cloud's documents name as issuer of v2.0 tokens. */
  readonly issuerHost: string
  /** Every host that serves this cloud; the first is the one to use. */
  readonly authorityHosts: readonly string[]
  /** Host that issues v1.0 tokens. */
  readonly v1IssuerHost: string
  /** Microsoft Graph as a resource: the prefix of its scopes. */
  readonly graphResource: string
  /** Hosts that may be sent a token for Microsoft Graph. */
  readonly graphHosts: readonly string[]
  /** What a managed identity's token is for when it proves an app registration. */
  readonly tokenExchangeResource: string
}

const clouds: readonly Cloud[] = [
  {
    name: 'global',
    issuerHost: 'login.microsoftonline.com',
    authorityHosts: [
      'login.microsoftonline.com',
      'login.windows.net',
      'login.microsoft.com',
      'sts.windows.net',
    ],
    v1IssuerHost: 'sts.windows.net',
    graphResource: 'https://graph.microsoft.com',
    graphHosts: ['graph.microsoft.com'],
    tokenExchangeResource: 'api://AzureADTokenExchange',
  },
  {
    name: 'us-government',
    issuerHost: 'login.microsoftonline.us',
    authorityHosts: ['login.microsoftonline.us', 'login.usgovcloudapi.net'],
    v1IssuerHost: 'sts.windows.net',
    graphResource: 'https://graph.microsoft.us',
    graphHosts: ['graph.microsoft.us', 'dod-graph.microsoft.us'],
    tokenExchangeResource: 'api://AzureADTokenExchangeUSGov',
  },
  {
    name: 'china',
    issuerHost: 'login.partner.microsoftonline.cn',
    authorityHosts: ['login.partner.microsoftonline.cn', 'login.chinacloudapi.cn'],
    v1IssuerHost: 'sts.chinacloudapi.cn',
    graphResource: 'https://microsoftgraph.chinacloudapi.cn',
    graphHosts: ['microsoftgraph.chinacloudapi.cn'],
    tokenExchangeResource: 'api://AzureADTokenExchangeChina',
  },
]

/** The cloud an authority host belongs to; a host of no known cloud is a cloud of its own. */
export function cloudOf(host: string): Cloud {
  return (
    clouds.find((cloud) => cloud.authorityHosts.includes(host)) ?? {
      name: 'custom',
      issuerHost: host,
      authorityHosts: [host],
      v1IssuerHost: host,
      graphResource: 'https://graph.microsoft.com',
      graphHosts: ['graph.microsoft.com'],
      tokenExchangeResource: 'api://AzureADTokenExchange',
    }
  )
}
