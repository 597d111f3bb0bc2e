// The floors: the page without any session, with express-session alone, and with what an app that
// signs users in by hand keeps in it.
import { randomUUID } from 'node:crypto'
import express from 'express'
import session from 'express-session'
import { claimsOfIdToken, tenant, webApp } from './tokens.js'

export const secret = 'a-secret-to-measure-with-of-32-characters'
export const body = 'x'.repeat(512)

export const memorySession = () => session({ secret, resave: false, saveUninitialized: false })

export const pageApps = {
  'the bare page'() {
    const app = express()
    app.get('/page', (_request, response) => response.type('html').send(body))
    app.get('/login', (_request, response) => response.redirect('/page'))
    return app
  },
  'express-session alone': () => sessionApp({ name: 'Ada Example' }),
  'express-session, claims of the ID token by hand': () =>
    sessionApp(
      claimsOfIdToken({
        issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
        audience: webApp,
        nonce: randomUUID(),
        oid: randomUUID(),
      }),
    ),
}

function sessionApp(user) {
  const app = express()
  app.use(memorySession())
  app.get('/login', (request, response) => {
    request.session.user = user
    response.redirect('/page')
  })
  app.get('/page', (request, response) => {
    if (request.session.user === undefined) return response.sendStatus(401)
    response.type('html').send(body)
  })
  return app
}
