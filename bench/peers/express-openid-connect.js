import express from 'express'
import { createRequire } from 'node:module'
import openidConnect from 'express-openid-connect'
import session from 'express-session'
import { expiredSession } from '../rig/expired-sessions.js'
import { body, secret } from '../rig/pages.js'
import { webApp } from '../rig/tokens.js'

const createMemoryStore = createRequire(import.meta.url)('memorystore')

function appWith({ issuer }, baseURL, store) {
  const app = express()
  // Express writes every failed request to the console otherwise.
  app.set('env', 'test')
  app.use(
    openidConnect.auth({
      issuerBaseURL: issuer,
      baseURL,
      clientID: webApp,
      clientSecret: 'secret',
      secret,
      authRequired: false,
      idpLogout: false,
      authorizationParams: {
        response_type: 'code',
        response_mode: 'query',
        scope: 'openid profile email offline_access https://graph.microsoft.com/User.Read',
      },
      session: store === undefined ? {} : { store },
    }),
  )
  app.get('/page', openidConnect.requiresAuth(), (_request, response) =>
    response.type('html').send(body),
  )
  app.get('/token', openidConnect.requiresAuth(), async (request, response) => {
    if (request.oidc.accessToken.isExpired()) await request.oidc.accessToken.refresh()
    response.sendStatus(200)
  })
  app.get('/', (_request, response) => response.redirect('/page'))
  return app
}

function withMemoryStore(platform, baseUrl) {
  const MemoryStore = createMemoryStore(session)
  return appWith(platform, baseUrl, new MemoryStore({ checkPeriod: 86_400_000 }))
}

const login = '/login'

export default {
  name: 'express-openid-connect',
  packages: ['express-openid-connect'],
  kind: 'peer',
  login,
  pages: {
    'cookie session': async (platform, baseUrl) => appWith(platform, baseUrl),
    'memory store': async (platform, baseUrl) => withMemoryStore(platform, baseUrl),
  },
  stampedes: {
    'refresh token, cookie session': (platform) =>
      expiredSession(platform, { login, createApp: appWith }),
    'refresh token, memory store': (platform) =>
      expiredSession(platform, { login, createApp: withMemoryStore }),
  },
}
