// The unit: what RS256 itself costs. Nothing is decoded and nothing is checked but the signature.
import { verify } from 'node:crypto'

export default {
  name: 'node:crypto.verify alone',
  packages: [],
  kind: 'floor',
  async verifier({ key: { publicKey } }) {
    return function verifySignature(token) {
      const end = token.lastIndexOf('.')
      const signature = Buffer.from(token.slice(end + 1), 'base64url')
      if (!verify('RSA-SHA256', Buffer.from(token.slice(0, end)), publicKey, signature)) {
        throw new Error('signature')
      }
    }
  },
}
