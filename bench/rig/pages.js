// The floors: the page without any session, and with express-session alone.
import express from 'express'
import session from 'express-session'

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
  'express-session alone'() {
    const app = express()
    app.use(memorySession())
    app.get('/login', (request, response) => {
      request.session.user = { name: 'Ada Example' }
      response.redirect('/page')
    })
    app.get('/page', (request, response) => {
      if (request.session.user === undefined) return response.sendStatus(401)
      response.type('html').send(body)
    })
    return app
  },
}
