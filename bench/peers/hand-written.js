// The limit: the least that a program can write which checks what has to be checked, for one key that
// never changes. Two forms: every token anew, and with a memory of verified tokens.
import { verify } from 'node:crypto'
import { api, scope } from '../rig/tokens.js'

export function verifierFor({ key, issuer }) {
  return function verifyByHand(token) {
    const [head, body, signature, ...rest] = token.split('.')
    const { alg, kid } = JSON.parse(Buffer.from(head, 'base64url').toString())
    if (rest.length > 0 || alg !== 'RS256' || kid !== key.kid) throw new Error('header')
    const signed = Buffer.from(token.slice(0, head.length + body.length + 1))
    if (!verify('RSA-SHA256', signed, key.publicKey, Buffer.from(signature, 'base64url'))) {
      throw new Error('signature')
    }
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
    if (claims.iss !== issuer || claims.aud !== api) throw new Error('claims')
    return checkTimes(claims)
  }
}

export function checkTimes(claims) {
  const now = Date.now() / 1000
  if (claims.exp <= now - 300 || claims.nbf > now + 300) throw new Error('times')
  return claims
}

export function guardWith(verifier) {
  return function guardByHand(request, response, next) {
    try {
      request.claims = verifier(request.headers.authorization.slice(7))
      if (request.claims.scp.split(' ').includes(scope)) return next()
      response.sendStatus(403)
    } catch {
      response.sendStatus(401)
    }
  }
}

export default {
  name: 'written by hand',
  packages: [],
  kind: 'limit',
  verifier: async (platform) => verifierFor(platform),
  guard: async (platform) => guardWith(verifierFor(platform)),
}
