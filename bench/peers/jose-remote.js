import { createRemoteJWKSet, jwtVerify } from 'jose'
import { optionsFor } from './jose.js'
import { scope } from '../rig/tokens.js'

function verifierOf({ jwksUri, issuer }) {
  const keys = createRemoteJWKSet(new URL(jwksUri))
  return (token) => jwtVerify(token, keys, optionsFor(issuer))
}

export default {
  name: 'jose with createRemoteJWKSet',
  packages: ['jose'],
  kind: 'peer',
  fetchesKeys: true,
  verifier: async (platform) => verifierOf(platform),
  async guard(platform) {
    const verify = verifierOf(platform)
    return function guardByJose(request, response, next) {
      verify(request.headers.authorization?.slice(7) ?? '').then(
        ({ payload }) => {
          request.claims = payload
          if (payload.scp.split(' ').includes(scope)) next()
          else response.sendStatus(403)
        },
        () => response.sendStatus(401),
      )
    }
  },
}
