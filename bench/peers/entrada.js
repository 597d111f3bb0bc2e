import { entra } from '../../dist/adapters/express/index.js'
import { createTokenSources, endpointAt } from '../rig/token-sources.js'
import express from 'express'
import { body, memorySession, secret } from '../rig/pages.js'
import { api, scope, tenant, webApp } from '../rig/tokens.js'

const identityFor = ({ origin }, settings = {}) =>
  entra({ tenant, clientId: api, authorityHost: origin, ...settings })

export const verifierWith = (settings) => async (platform) => {
  const identity = identityFor(platform, settings)
  return (token) => identity.verifyToken(token)
}

/** With the framework's session, or with ours in a cookie. */
function pageApp({ origin }, baseUrl, framework) {
  const app = express()
  const identity = entra({
    tenant,
    clientId: webApp,
    authorityHost: origin,
    baseUrl,
    secret,
    credential: { secret: 'secret' },
  })
  if (framework !== undefined) app.use(framework)
  app.use(identity.signIn({ scopes: ['User.Read'], ...(framework ? {} : { session: 'cookie' }) }))
  app.get('/page', identity.requireSignIn(), (_request, response) =>
    response.type('html').send(body),
  )
  app.use(identity.errors())
  return app
}

export default {
  name: 'entrada',
  packages: [],
  kind: 'entrada',
  remembers: true,
  verifier: verifierWith({}),
  login: '/auth/login?returnTo=/page',
  pages: {
    'express-session': async (platform, baseUrl) => pageApp(platform, baseUrl, memorySession()),
    'cookie session': async (platform, baseUrl) => pageApp(platform, baseUrl),
  },
  stampedes: {
    async 'refresh token (forUser)'(platform) {
      const sources = createTokenSources({ endpoint: endpointAt(platform) })
      const user = await sources.signedInUser({ expired: true })
      return { ask: () => sources.forUser(user) }
    },
    async onBehalfOf(platform) {
      const sources = createTokenSources({ endpoint: endpointAt(platform) })
      const caller = sources.caller()
      return { ask: () => sources.onBehalfOf(caller) }
    },
    async forApp({ origin }) {
      const credential = { secret: 'secret' }
      const identity = entra({ tenant, clientId: api, authorityHost: origin, credential })
      return { ask: () => identity.forApp().token('https://vault.azure.net/.default') }
    },
  },
  guard: async (platform) => identityFor(platform).requireScopes(scope),
}
