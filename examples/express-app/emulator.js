// Configures the example for the emulator: what a .env does for a real tenant.
import { randomBytes } from 'node:crypto'
import { contosoDirectory, startEmulator } from 'entrada/emulator'

const webAppId = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'
const tasksApiId = '1c8b5a3e-0f4d-4c2b-8e19-7a6d9b3f2c10'

/** Starts the emulator, and returns the users to sign in with. */
export async function useEmulator() {
  const directory = contosoDirectory()
  const application = (appId) => directory.applications.find((one) => one.appId === appId)
  const [webApp, api] = [application(webAppId), application(tasksApiId)]
  const emulator = await startEmulator(directory)

  Object.assign(process.env, {
    AZURE_AUTHORITY_HOST: emulator.origin,
    AZURE_TENANT_ID: directory.tenants[0]?.id,
    AZURE_CLIENT_ID: webAppId,
    AZURE_CLIENT_SECRET: webApp?.secrets?.[0],
    TASKS_API_CLIENT_ID: tasksApiId,
    TASKS_API_CLIENT_SECRET: api?.secrets?.[0],
    ENTRADA_GRAPH_ENDPOINT: emulator.graphOrigin,
    ENTRADA_SECRET: randomBytes(32).toString('base64url'),
    SESSION_SECRET: randomBytes(32).toString('base64url'),
    // What a developer's shell holds for other apps stays out of this one.
    AZURE_CLIENT_CERTIFICATE_PATH: '',
    AZURE_FEDERATED_TOKEN_FILE: '',
    ENTRADA_AUDIENCES: '',
    ENTRADA_TENANTS: '',
  })
  return directory.tenants[0]?.users ?? []
}
