import { JwtVerifier } from 'aws-jwt-verify'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { api, scope } from '../rig/tokens.js'

// It fetches over https only, so it is given the keys; asking for them is no part of the measurement.
function verifierOf({ key, issuer }) {
  const verifier = JwtVerifier.create(
    { issuer, audience: api, jwksUri: 'https://localhost/keys', graceSeconds: 300 },
    { jwksCache: new SimpleJwksCache() },
  )
  verifier.cacheJwks({ keys: [{ ...key.jwk, alg: 'RS256' }] })
  return verifier
}

export default {
  name: 'aws-jwt-verify',
  packages: ['aws-jwt-verify'],
  kind: 'peer',
  async verifier(platform) {
    const verifier = verifierOf(platform)
    return (token) => verifier.verify(token)
  },
  async guard(platform) {
    const verifier = verifierOf(platform)
    return function guardByAws(request, response, next) {
      verifier.verify(request.headers.authorization?.slice(7) ?? '').then(
        (claims) => {
          request.claims = claims
          if (claims.scp.split(' ').includes(scope)) next()
          else response.sendStatus(403)
        },
        () => response.sendStatus(401),
      )
    }
  },
}
