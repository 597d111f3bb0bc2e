import { createRemoteJWKSet, importJWK, jwtVerify } from 'jose'
import { api, scope } from '../rig/tokens.js'

const options = (issuer) => ({ issuer, audience: api, algorithms: ['RS256'], clockTolerance: 300 })

export default {
  name: 'jose jwtVerify, the key given',
  packages: ['jose'],
  kind: 'floor',
  async verifier({ key, issuer }) {
    const publicKey = await importJWK(key.jwk, 'RS256')
    return (token) => jwtVerify(token, publicKey, options(issuer))
  },
  async guard({ jwksUri, issuer }) {
    const keys = createRemoteJWKSet(new URL(jwksUri))
    return function guardByJose(request, response, next) {
      jwtVerify(request.headers.authorization?.slice(7) ?? '', keys, options(issuer)).then(
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
