/** What depends on the national cloud: hosts that appear in metadata, scopes and v1 issuers. */
export interface Cloud {
  /** `https://…` of Microsoft Graph as clients name it in scopes. */
  graphResource: string
  /** Host of Microsoft Graph in the metadata. */
  graphHost: string
  legacyGraphHost: string
  instanceName: string
  rbacUrl: string
  /** Origin of v1.0 issuers. */
  v1Issuer: string
  /** Where UserInfo is. */
  userinfo: string
}

export interface CloudOptions {
  /** What the emulator calls itself. */
  origin: string
  /** Where the emulator's own Graph listens. */
  graphOrigin: string
}

/**
 * The cloud whose sign-in host the emulator goes by. Under its own loopback name it is the public
 * cloud, with the one difference that metadata points to the emulator's own Graph.
 * https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
 */
export function cloudOf({ origin, graphOrigin }: CloudOptions): Cloud {
  const known = nationalClouds.get(new URL(origin).host)
  if (known !== undefined) return known
  return {
    ...publicCloud,
    graphHost: new URL(graphOrigin).host,
    userinfo: `${graphOrigin}/oidc/userinfo`,
  }
}

/** Names of the public cloud: the one to call first, the one caches use second. */
export const publicCloudAliases = [
  'login.microsoftonline.com',
  'login.windows.net',
  'login.microsoft.com',
  'sts.windows.net',
]

const publicCloud: Cloud = {
  graphResource: 'https://graph.microsoft.com',
  graphHost: 'graph.microsoft.com',
  legacyGraphHost: 'graph.windows.net',
  instanceName: 'microsoftonline.com',
  rbacUrl: 'https://pas.windows.net',
  v1Issuer: 'https://sts.windows.net',
  userinfo: 'https://graph.microsoft.com/oidc/userinfo',
}

const governmentCloud: Cloud = {
  ...publicCloud,
  graphResource: 'https://graph.microsoft.us',
  graphHost: 'graph.microsoft.us',
  instanceName: 'microsoftonline.us',
  userinfo: 'https://graph.microsoft.us/oidc/userinfo',
}

const chinaCloud: Cloud = {
  ...publicCloud,
  graphResource: 'https://microsoftgraph.chinacloudapi.cn',
  graphHost: 'microsoftgraph.chinacloudapi.cn',
  instanceName: 'partner.microsoftonline.cn',
  v1Issuer: 'https://sts.chinacloudapi.cn',
  userinfo: 'https://microsoftgraph.chinacloudapi.cn/oidc/userinfo',
}

const nationalClouds = new Map([
  ['login.microsoftonline.com', publicCloud],
  ['login.microsoftonline.us', governmentCloud],
  ['login.partner.microsoftonline.cn', chinaCloud],
])
