// `npm start`: runs the example. With a .env for a real tenant (see .env.example) it runs against
// Microsoft Entra ID; without one, against the emulator, a platform on your own machine.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const env = fileURLToPath(new URL('.env', import.meta.url))
if (existsSync(env)) process.loadEnvFile(env)

const emulated = process.env.AZURE_TENANT_ID === undefined
if (emulated) {
  const { useEmulator } = await import('./emulator.js')
  await useEmulator()
}

const { createApp } = await import('./app.js')
const port = Number(process.env.PORT ?? 3000)
const baseUrl = process.env.ENTRADA_BASE_URL ?? `http://localhost:${port}`

const sessionSecret = process.env.SESSION_SECRET

const server = createApp({ baseUrl, sessionSecret }).listen(port, 'localhost', () => {
  console.log(`\n  Contoso Tasks is running: ${baseUrl}\n`)
  if (emulated) {
    console.log('  Sign in as one of these; no password is asked for:')
    console.log('    ada@contoso.example      a member')
    console.log('    grace@contoso.example    an administrator')
    console.log('  Nothing leaves this machine: the platform is emulated.\n')
  }
})

server.on('error', (error) => {
  console.error(
    `Cannot listen on ${baseUrl}: ${error.message}. Choose another port: PORT=3001 npm start`,
  )
  process.exit(1)
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0))
