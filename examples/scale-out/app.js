// One process of several: sessions, sign-outs and tokens are on Redis, so any process can serve
// any request.
import express from 'express'
import session from 'express-session'
import { RedisStore } from 'connect-redis'
import { createClient } from 'redis'
import { entra } from 'entrada/express'
import { redisTokenStore } from 'entrada/redis'

export async function createApp({ baseUrl, redisUrl, sessionSecret }) {
  // Without Redis every command fails at once, and after three seconds when it does not answer.
  const client = createClient({
    url: redisUrl,
    disableOfflineQueue: true,
    pingInterval: 1_000,
    socket: { socketTimeout: 3_000 },
  })
  client.on('error', (error) => console.error(`Redis: ${error.code ?? error.name}`))
  await client.connect()

  const app = express()
  const identity = entra({ baseUrl, store: redisTokenStore({ client }) })

  app.use(
    session({
      store: new RedisStore({ client }),
      secret: sessionSecret,
      resave: false,
      saveUninitialized: false,
      cookie: { httpOnly: true, sameSite: 'lax', secure: baseUrl.startsWith('https:') },
    }),
  )
  // Right behind the session: what arrives here is its store's failure. The session is not lost.
  app.use((error, req, res, _next) => {
    res.status(503).set('Retry-After', '5').send('One moment, please: sessions are unavailable.')
  })
  app.use(identity.signIn({ scopes: ['User.Read'] }))

  app.get('/', (req, res) => {
    const name = identity.accountIfAny(req)?.name
    res.json({ process: process.pid, signedIn: name ?? null, profile: '/profile' })
  })

  // Whichever process renews the token, the others find it in the session.
  app.get('/profile', identity.requireSignIn(), async (req, res) => {
    const { displayName } = await identity.forUser(req).graph.get('/me')
    res.json({ process: process.pid, displayName, signOut: '/auth/logout' })
  })

  app.use(identity.errors())
  return app
}
