import * as client from 'openid-client'
import { opaqueToken, tenant, webApp } from '../rig/tokens.js'

const scope = 'https://graph.microsoft.com/User.Read'

async function configurationFor({ origin }) {
  return client.discovery(
    new URL(`${origin}/${tenant}/v2.0`),
    webApp,
    undefined,
    client.ClientSecretPost('secret'),
    { execute: [client.allowInsecureRequests] },
  )
}

export default {
  name: 'openid-client',
  packages: ['openid-client'],
  kind: 'peer',
  stampedes: {
    async 'refresh token'(platform) {
      const configuration = await configurationFor(platform)
      const refreshToken = opaqueToken(1_100)
      return { ask: () => client.refreshTokenGrant(configuration, refreshToken, { scope }) }
    },
    async 'client credentials'(platform) {
      const configuration = await configurationFor(platform)
      return { ask: () => client.clientCredentialsGrant(configuration, { scope }) }
    },
  },
}
