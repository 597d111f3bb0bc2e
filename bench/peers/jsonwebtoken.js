import jsonwebtoken from 'jsonwebtoken'
import { api } from '../rig/tokens.js'

export default {
  name: 'jsonwebtoken, the key given',
  packages: ['jsonwebtoken'],
  kind: 'peer',
  async verifier({ key, issuer }) {
    const options = { issuer, audience: api, algorithms: ['RS256'], clockTolerance: 300 }
    return (token) => jsonwebtoken.verify(token, key.publicKey, options)
  },
}
