import jsonwebtoken from 'jsonwebtoken'
import jwksRsa from 'jwks-rsa'
import { api } from '../rig/tokens.js'

export default {
  name: 'jwks-rsa with jsonwebtoken',
  packages: ['jwks-rsa', 'jsonwebtoken'],
  kind: 'peer',
  fetchesKeys: true,
  async verifier({ jwksUri, issuer }) {
    const keys = jwksRsa({ jwksUri, cache: true, rateLimit: true })
    const options = { issuer, audience: api, algorithms: ['RS256'], clockTolerance: 300 }
    const keyFor = ({ kid }, done) =>
      keys.getSigningKey(kid, (error, key) => done(error, key?.getPublicKey()))
    return (token) =>
      new Promise((resolve, reject) => {
        jsonwebtoken.verify(token, keyFor, options, (error, claims) =>
          error ? reject(error) : resolve(claims),
        )
      })
  },
}
