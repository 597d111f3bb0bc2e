// `npm run build && node examples/fastify-api/start.js`: the API and the platform whose tokens it
// takes, both on this machine. Ctrl+C ends both.
import { contosoDirectory, startEmulator } from 'entrada/emulator'
import { createApp } from './app.js'

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0))

const directory = contosoDirectory()
const named = (name) => directory.applications.find(({ displayName }) => displayName === name)
const [api, webApp] = [named('Tasks API'), named('Contoso Web')]
const [ada] = directory.tenants[0]?.users ?? []
const emulator = await startEmulator(directory)

// What the registration of a real tenant says; with one, this block is a .env.
Object.assign(process.env, {
  AZURE_AUTHORITY_HOST: emulator.origin,
  AZURE_TENANT_ID: directory.tenants[0]?.id,
  AZURE_CLIENT_ID: api?.appId,
  AZURE_CLIENT_SECRET: api?.secrets?.[0],
  AZURE_CLIENT_CERTIFICATE_PATH: '',
  ENTRADA_GRAPH_ENDPOINT: emulator.graphOrigin,
  ENTRADA_AUDIENCES: '',
  ENTRADA_TENANTS: '',
})

const app = createApp()
const url = await app.listen({ port: Number(process.env.PORT || 3000), host: 'localhost' })
const token = await emulator.mintToken({
  resource: api?.appId ?? '',
  client: webApp?.appId ?? '',
  user: ada?.id ?? '',
  scopes: ['access_as_user'],
})

console.log(`\n  The API on Fastify is running: ${url}\n`)
console.log(`  Without a token:     curl -i ${url}/me`)
console.log(`  As ada, for an hour: curl -i ${url}/me -H 'Authorization: Bearer ${token}'\n`)
