// `npm run build && node examples/hono-app/start.js`: the app, its API and the platform they trust,
// all on this machine. Ctrl+C ends them.
import { randomBytes } from 'node:crypto'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { contosoDirectory, startEmulator } from 'entrada/emulator'
import { createApp } from './app.js'

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0))

const directory = contosoDirectory()
const registered = (id) => directory.applications.find(({ appId }) => appId === id)
const webApp = registered('5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52')
const api = registered('1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10')
const emulator = await startEmulator(directory)

// What the registrations of a real tenant say; with one, this block is a .env.
Object.assign(process.env, {
  AZURE_AUTHORITY_HOST: emulator.origin,
  AZURE_TENANT_ID: directory.tenants[0]?.id,
  AZURE_CLIENT_ID: webApp?.appId,
  AZURE_CLIENT_SECRET: webApp?.secrets?.[0],
  AZURE_CLIENT_CERTIFICATE_PATH: '',
  AZURE_FEDERATED_TOKEN_FILE: '',
  API_CLIENT_ID: api?.appId,
  API_CLIENT_SECRET: api?.secrets?.[0],
  ENTRADA_AUDIENCES: '',
  ENTRADA_GRAPH_ENDPOINT: emulator.graphOrigin,
  ENTRADA_SECRET: randomBytes(32).toString('base64url'),
  ENTRADA_TENANTS: '',
})

const app = new Hono() // there is a base URL once there is a port
const port = Number(process.env.PORT || 3000)
serve({ fetch: app.fetch, port, hostname: 'localhost' }, (address) => {
  const baseUrl = `http://localhost:${address.port}`
  app.route('/', createApp({ baseUrl }))

  console.log(`\n  The web app on Hono is running: ${baseUrl}\n`)
  console.log(`  Open it and sign in as ada@contoso.example; there are no passwords.`)
  console.log(`  The API answers programs: curl -i ${baseUrl}/api/me\n`)
})
