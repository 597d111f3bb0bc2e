import { entra } from '../../dist/adapters/express/index.js'
import { createTokenSources, endpointAt } from '../rig/token-sources.js'
import { api, scope, tenant } from '../rig/tokens.js'

const identityFor = ({ origin }) => entra({ tenant, clientId: api, authorityHost: origin })

export default {
  name: 'entrada',
  packages: [],
  kind: 'entrada',
  remembers: true,
  async verifier(platform) {
    const identity = identityFor(platform)
    return (token) => identity.verifyToken(token)
  },
  stampedes: {
    async 'refresh token (forUser)'(platform) {
      const sources = createTokenSources({ endpoint: endpointAt(platform) })
      const user = await sources.signedInUser({ expired: true })
      return { ask: () => sources.forUser(user) }
    },
    async onBehalfOf(platform) {
      const sources = createTokenSources({ endpoint: endpointAt(platform) })
      const caller = sources.caller()
      return { ask: () => sources.onBehalfOf(caller) }
    },
    async forApp({ origin }) {
      const credential = { secret: 'secret' }
      const identity = entra({ tenant, clientId: api, authorityHost: origin, credential })
      return { ask: () => identity.forApp().token('https://vault.azure.net/.default') }
    },
  },
  guard: async (platform) => identityFor(platform).requireScopes(scope),
}
