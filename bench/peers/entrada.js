import { entra } from '../../dist/adapters/express/index.js'
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
  guard: async (platform) => identityFor(platform).requireScopes(scope),
}
