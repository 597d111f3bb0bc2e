import { JwtVerifier } from 'aws-jwt-verify'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { api, scope } from '../rig/tokens.js'

// It fetches over https only, so the fetching itself is given to it.
const fetcher = {
  async fetch(uri) {
    const response = await fetch(uri)
    if (!response.ok) throw new Error(`${response.status} at ${uri}`)
    return response.arrayBuffer()
  },
}

function verifierOf({ jwksUri, issuer }) {
  return JwtVerifier.create(
    { issuer, audience: api, jwksUri, graceSeconds: 300 },
    { jwksCache: new SimpleJwksCache({ fetcher }) },
  )
}

export default {
  name: 'aws-jwt-verify',
  packages: ['aws-jwt-verify'],
  kind: 'peer',
  fetchesKeys: true,
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
