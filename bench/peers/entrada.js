import { entra } from '../../dist/adapters/express/index.js'
import { createTokenSources, endpointAt } from '../rig/token-sources.js'
import express from 'express'
import { expiredSession } from '../rig/expired-sessions.js'
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
  app.get('/token', identity.requireSignIn(), async (request, response) => {
    await identity.forUser(request).token('User.Read')
    response.sendStatus(200)
  })
  app.use(identity.errors())
  return app
}

const withSession = (platform, baseUrl) => pageApp(platform, baseUrl, memorySession())
const login = '/auth/login?returnTo=/page'

export default {
  name: 'entrada',
  packages: [],
  kind: 'entrada',
  remembers: true,
  fetchesKeys: true,
  verifier: verifierWith({}),
  login,
  pages: {
    'express-session': async (platform, baseUrl) => withSession(platform, baseUrl),
    'cookie session': async (platform, baseUrl) => pageApp(platform, baseUrl),
  },
  stampedes: {
    'refresh token, express-session': (platform) =>
      expiredSession(platform, { login, createApp: withSession }),
    'refresh token, cookie session': (platform) =>
      expiredSession(platform, { login, createApp: pageApp }),
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
