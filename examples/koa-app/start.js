// `npm run build && node examples/koa-app/start.js`: the app and the platform it signs in at, both
// on this machine. Ctrl+C ends both.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { contosoDirectory, startEmulator } from 'entrada/emulator'
import { createApp } from './app.js'

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0))

const directory = contosoDirectory()
const webApp = directory.applications.find(({ displayName }) => displayName === 'Contoso Web')
const emulator = await startEmulator(directory)

// What the registration of a real tenant says; with one, this block is a .env.
Object.assign(process.env, {
  AZURE_AUTHORITY_HOST: emulator.origin,
  AZURE_TENANT_ID: directory.tenants[0]?.id,
  AZURE_CLIENT_ID: webApp?.appId,
  AZURE_CLIENT_SECRET: webApp?.secrets?.[0],
  AZURE_CLIENT_CERTIFICATE_PATH: '',
  ENTRADA_GRAPH_ENDPOINT: emulator.graphOrigin,
  ENTRADA_SECRET: randomBytes(32).toString('base64url'),
  ENTRADA_TENANTS: '',
})

const server = createServer()
server.listen(Number(process.env.PORT || 3000), 'localhost')
await once(server, 'listening')
const baseUrl = `http://localhost:${Object(server.address()).port}`
server.on('request', createApp({ baseUrl }).callback())

console.log(`\n  The web app on Koa is running: ${baseUrl}\n`)
console.log(`  Open ${baseUrl}/inbox and sign in as ada@contoso.example; there are no passwords.\n`)
