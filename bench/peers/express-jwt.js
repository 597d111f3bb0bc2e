import { expressjwt } from 'express-jwt'
import jwksRsa from 'jwks-rsa'
import { asVerifier, scopeGuard } from '../rig/middleware.js'
import { api } from '../rig/tokens.js'

const middleware = ({ jwksUri, issuer }) =>
  expressjwt({
    secret: jwksRsa.expressJwtSecret({ jwksUri, cache: true, rateLimit: true }),
    audience: api,
    issuer,
    algorithms: ['RS256'],
  })

export default {
  name: 'express-jwt with jwks-rsa',
  packages: ['express-jwt', 'jwks-rsa'],
  kind: 'peer',
  verifier: async (platform) => asVerifier(middleware(platform)),
  guard: async (platform) => scopeGuard(middleware(platform), ({ auth }) => auth.scp),
}
