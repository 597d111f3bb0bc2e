import https from 'node:https'
import passport from 'passport'
import passportAzureAd from 'passport-azure-ad'
import { asVerifier, scopeGuard } from '../rig/middleware.js'
import { api, tenant } from '../rig/tokens.js'

// It fetches over https only.
function middleware({ secureOrigin, ca, issuer }) {
  https.globalAgent.options.ca = [ca]
  const strategy = new passportAzureAd.BearerStrategy(
    {
      identityMetadata: `${secureOrigin}/${tenant}/v2.0/.well-known/openid-configuration`,
      clientID: api,
      audience: api,
      issuer,
      validateIssuer: true,
      loggingLevel: 'error',
      loggingNoPII: true,
    },
    (token, done) => done(null, token),
  )
  const name = `bearer-${Math.random()}`
  passport.use(name, strategy)
  return passport.authenticate(name, { session: false })
}

export default {
  name: 'passport-azure-ad',
  packages: ['passport-azure-ad', 'passport'],
  kind: 'peer',
  fetchesKeys: true,
  verifier: async (platform) => asVerifier(middleware(platform)),
  guard: async (platform) => scopeGuard(middleware(platform), ({ user }) => user.scp),
}
