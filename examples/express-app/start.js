// `npm start`: runs the example. With a .env for a real tenant (see .env.example) it runs against
// Microsoft Entra ID; without one, against the emulator, a platform on your own machine.
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createApp } from './app.js'

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0))

try {
  await start()
} catch (error) {
  console.error(explanationOf(Object(error)) ?? error)
  process.exit(1)
}

async function start() {
  const isConfigured = readConfiguration()
  const users = isConfigured ? [] : await (await import('./emulator.js')).useEmulator()

  const server = createServer()
  server.listen(Number(process.env.PORT || 3000), 'localhost')
  await once(server, 'listening')
  const { port } = Object(server.address())
  const baseUrl = process.env.ENTRADA_BASE_URL || `http://localhost:${port}`
  server.on('request', createApp({ baseUrl, sessionSecret: process.env.SESSION_SECRET }))

  console.log(`\n  Contoso Tasks is running: ${baseUrl}\n`)
  if (isConfigured) console.log(`  Users come from your tenant ${process.env.AZURE_TENANT_ID}.\n`)
  else introduce(users, baseUrl)
}

/** Whether there is a real tenant to run against. */
function readConfiguration() {
  const file = fileURLToPath(new URL('.env', import.meta.url))
  if (existsSync(file)) process.loadEnvFile(file)
  else if (!process.env.TASKS_API_CLIENT_ID) return false

  const missing = [
    'AZURE_TENANT_ID',
    'AZURE_CLIENT_ID',
    'AZURE_CLIENT_SECRET',
    'TASKS_API_CLIENT_ID',
    'TASKS_API_CLIENT_SECRET',
    'ENTRADA_SECRET',
    'SESSION_SECRET',
  ].filter((name) => !process.env[name])
  if (missing.length === 0) return true
  throw Object.assign(
    new Error(`${missing.join(', ')} missing in ${file}; .env.example says what each one is.`),
    { code: 'ERR_ENTRA_CONFIGURATION' },
  )
}

function introduce(users, baseUrl) {
  console.log('  Sign in as one of these; there are no passwords:')
  for (const { userPrincipalName, displayName, isAdmin } of users) {
    const note = isAdmin ? ', an administrator' : ''
    console.log(`    ${userPrincipalName.padEnd(22)} ${displayName}${note}`)
  }
  console.log(`\n  The API answers programs: curl -i ${baseUrl}/api/tasks`)
  console.log('  Microsoft Entra ID and Graph are emulated: nothing leaves this machine.\n')
}

/** One line for what whoever starts this can put right. */
function explanationOf({ code, message }) {
  const port = process.env.PORT || 3000
  if (code === 'ERR_ENTRA_CONFIGURATION') return `Configuration: ${message}`
  if (code === 'EADDRINUSE') return `Port ${port} is in use. PORT=0 npm start takes a free one.`
  if (code === 'EACCES') return `Port ${port} needs privileges. PORT=0 npm start takes a free one.`
  if (code === 'ERR_SOCKET_BAD_PORT') return `PORT is ${port}. Expected a number up to 65535.`
  return undefined
}
