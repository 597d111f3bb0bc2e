// A web app in a process of its own, on the built package, for tests that kill it.
import express from 'express'
import { entra } from 'entrada/express'

const { PORT, TENANT, CLIENT_ID, CLIENT_SECRET, AUTHORITY_HOST, SECRETS = '[]' } = process.env
const app = express()
const server = app.listen(Number(PORT), 'localhost', () => {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('There is no TCP port.')
  const origin = `http://localhost:${address.port}`
  const identity = entra({
    tenant: TENANT,
    clientId: CLIENT_ID,
    credential: { secret: CLIENT_SECRET },
    authorityHost: AUTHORITY_HOST,
    baseUrl: origin,
    secret: JSON.parse(SECRETS),
  })
  app.use(identity.signIn({ session: 'cookie' }))
  app.get('/private', identity.requireSignIn(), (request, response) => {
    response.json({ name: identity.account(request).name, process: process.pid })
  })
  app.use(identity.errors())
  process.stdout.write(`at ${origin}\n`)
})
