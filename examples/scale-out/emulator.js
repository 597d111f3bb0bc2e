// The platform on this machine, and what the environment says of it in place of a real tenant.
import { contosoDirectory, startEmulator } from 'entrada/emulator'

const webAppId = '5e7f2d91-6b3a-4e88-a1c4-9d0b8f7e6a52'

export async function useEmulator() {
  const directory = contosoDirectory()
  const webApp = directory.applications.find(({ appId }) => appId === webAppId)
  const emulator = await startEmulator(directory)
  return {
    settings: {
      AZURE_AUTHORITY_HOST: emulator.origin,
      AZURE_TENANT_ID: directory.tenants[0]?.id,
      AZURE_CLIENT_ID: webAppId,
      AZURE_CLIENT_SECRET: webApp?.secrets?.[0],
      ENTRADA_GRAPH_ENDPOINT: emulator.graphOrigin,
      // What a developer's shell holds for other apps stays out of this one.
      AZURE_CLIENT_CERTIFICATE_PATH: '',
      ENTRADA_AUDIENCES: '',
      ENTRADA_TENANTS: '',
    },
    stopEmulator: () => emulator.stop(),
  }
}
