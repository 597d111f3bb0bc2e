import { auth } from 'express-oauth2-jwt-bearer'
import { asVerifier, scopeGuard } from '../rig/middleware.js'
import { api } from '../rig/tokens.js'

const middleware = ({ jwksUri, issuer }) =>
  auth({ jwksUri, issuer, audience: api, tokenSigningAlg: 'RS256' })

export default {
  name: 'express-oauth2-jwt-bearer',
  packages: ['express-oauth2-jwt-bearer'],
  kind: 'peer',
  fetchesKeys: true,
  verifier: async (platform) => asVerifier(middleware(platform)),
  guard: async (platform) =>
    scopeGuard(middleware(platform), (request) => request.auth.payload.scp),
}
