// One process of the fleet: an Express app with pages, an API and a daemon's tokens, sessions and
// tokens on Redis. What it is told comes as JSON in RIG_WORKER; it says its port when it listens.
import express from 'express'
import session from 'express-session'
import { RedisStore } from 'connect-redis'
import { createClient } from 'redis'
import { entra } from 'entrada/express'
import { redisTokenStore } from 'entrada/redis'

// Whoever started this process is gone: so is the process.
process.once('disconnect', () => process.exit(0))

const told = JSON.parse(process.env.RIG_WORKER ?? '{}')
let ahead = 0

// A Redis that is gone is a failing operation at once, and one that hangs is after a second.
const client = createClient({
  url: told.redisUrl,
  disableOfflineQueue: true,
  pingInterval: 500,
  socket: { socketTimeout: 1_000, reconnectStrategy: () => 200 },
})
client.on('error', () => undefined)
await client.connect()

/** The store with locks that end sooner, so that a rig need not wait for eleven seconds. */
function withShortLocks(store) {
  const { lock } = store
  const acquire = (key, lifetime) => lock.acquire(key, Math.min(lifetime, told.lockLifetime))
  return { ...store, lock: { ...lock, acquire } }
}

const common = {
  tenant: told.tenant,
  authorityHost: told.authorityHost,
  graphEndpoint: told.graphEndpoint,
  baseUrl: told.baseUrl,
  secret: told.secret,
  store: withShortLocks(redisTokenStore({ client })),
  clock: () => Date.now() + ahead,
}
const web = entra({ ...common, ...told.web })
const api = entra({ ...common, ...told.api })
const daemon = entra({ ...common, ...told.daemon })

const app = express()
app.set('env', 'test') // Express prints unhandled errors in other environments

app.get('/on-behalf-of', api.requireScopes('Tasks.Read'), async (request, response) => {
  response.json({ token: (await api.onBehalfOf(request).token()).reveal() })
})
app.get('/app-only', async (_request, response) => {
  response.json({ token: (await daemon.forApp().token(told.appScope)).reveal() })
})
app.post('/ahead', (request, response) => {
  ahead = Number(request.query.milliseconds)
  response.json({ ahead })
})

app.use(
  session({
    secret: told.secret,
    store: new RedisStore({ client }),
    resave: false,
    saveUninitialized: false,
  }),
)
app.use((error, _request, response, _next) => {
  response.status(503).set('Retry-After', '1').json({ error: 'session store', name: error.name })
})
app.use(web.signIn({ scopes: ['User.Read'] }))
app.get('/page', web.requireSignIn(), (request, response) => {
  response.json({ name: web.account(request).name })
})
app.get('/user-token', web.requireSignIn(), async (request, response) => {
  response.json({ token: (await web.forUser(request).token('User.Read')).reveal() })
})
app.use(web.errors())
app.use(api.errors())

const server = app.listen(0, '127.0.0.1', () => {
  process.send?.({ port: server.address().port })
})
