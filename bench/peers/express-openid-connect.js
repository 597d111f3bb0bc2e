import express from 'express'
import { createRequire } from 'node:module'
import openidConnect from 'express-openid-connect'
import session from 'express-session'
import { body, secret } from '../rig/pages.js'
import { webApp } from '../rig/tokens.js'

const createMemoryStore = createRequire(import.meta.url)('memorystore')

function appWith({ issuer }, baseURL, store) {
  const app = express()
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
  app.get('/', (_request, response) => response.redirect('/page'))
  return app
}

export default {
  name: 'express-openid-connect',
  packages: ['express-openid-connect'],
  kind: 'peer',
  login: '/login',
  pages: {
    'cookie session': async (platform, baseUrl) => appWith(platform, baseUrl),
    'memory store': async (platform, baseUrl) => {
      const MemoryStore = createMemoryStore(session)
      return appWith(platform, baseUrl, new MemoryStore({ checkPeriod: 86_400_000 }))
    },
  },
}
