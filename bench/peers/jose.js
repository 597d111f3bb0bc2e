import { importJWK, jwtVerify } from 'jose'
import { api } from '../rig/tokens.js'

export const optionsFor = (issuer) => ({
  issuer,
  audience: api,
  algorithms: ['RS256'],
  clockTolerance: 300,
})

export default {
  name: 'jose jwtVerify, the key given',
  packages: ['jose'],
  kind: 'floor',
  async verifier({ key, issuer }) {
    const publicKey = await importJWK(key.jwk, 'RS256')
    return (token) => jwtVerify(token, publicKey, optionsFor(issuer))
  },
}
