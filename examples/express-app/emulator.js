// Configures the example for the emulator: what a .env does for a real tenant.
import { randomBytes } from 'node:crypto'
import { contosoDirectory, startEmulator } from 'entrada/emulator'

const webApp = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
const tasksApi = '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10'

export async function useEmulator() {
  const directory = contosoDirectory()
  const emulator = await startEmulator(directory)
  const secretOf = (appId) =>
    directory.applications.find((app) => app.appId === appId)?.secrets?.[0]

  Object.assign(process.env, {
    AZURE_AUTHORITY_HOST: emulator.origin,
    AZURE_TENANT_ID: directory.tenants[0]?.id,
    AZURE_CLIENT_ID: webApp,
    AZURE_CLIENT_SECRET: secretOf(webApp),
    TASKS_API_CLIENT_ID: tasksApi,
    TASKS_API_CLIENT_SECRET: secretOf(tasksApi),
    ENTRADA_GRAPH_ENDPOINT: emulator.graphOrigin,
    ENTRADA_SECRET: randomBytes(32).toString('base64url'),
    SESSION_SECRET: randomBytes(32).toString('base64url'),
  })
}
