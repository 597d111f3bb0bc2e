// The platform on this machine with the two registrations that an MCP server needs: its own, and
// one for the client, because Entra registers no clients by itself.
import { contosoDirectory, graphApplication, startEmulator } from 'entrada/emulator'

const serverId = '2d9c6b1a-4f7e-4c83-a5d0-8e3b7f1c9264'
export const clientId = '7b3e5d19-8a2c-4f60-9c47-d1e6a0b4f582'

export async function useEmulator({ resourceUrl }) {
  const directory = contosoDirectory()
  const [{ id: tenantId }] = directory.tenants
  const contoso = { tenantId, signInAudience: /** @type {const} */ ('AzureADMyOrg') }
  directory.applications.push(
    {
      ...contoso,
      appId: serverId,
      displayName: 'Mail for agents',
      identifierUris: [resourceUrl],
      redirectUris: [],
      secrets: ['mcp-server-secret-for-the-emulator-only'],
      requestedAccessTokenVersion: 2,
      scopes: [
        {
          value: 'access_as_user',
          type: 'User',
          displayName: 'Read your mail through an agent',
          description: 'The agent can use the tools of this server in your name.',
        },
      ],
      // The consent of the user to this server covers what the server itself needs.
      knownClientApplications: [clientId],
      requiredResourceAccess: [{ resourceAppId: graphApplication().appId, scopes: ['Mail.Read'] }],
    },
    {
      ...contoso,
      appId: clientId,
      displayName: 'An MCP client',
      identifierUris: [],
      // Mobile and desktop applications: the port does not matter, and there is no secret.
      redirectUris: ['http://localhost/callback'],
      isFallbackPublicClient: true,
    },
  )
  // As an administrator consents for everybody.
  directory.delegatedGrants?.push({
    tenant: tenantId,
    client: serverId,
    resource: graphApplication().appId,
    user: 'everyone',
    scopes: ['Mail.Read'],
  })
  const emulator = await startEmulator(directory)
  Object.assign(process.env, {
    AZURE_AUTHORITY_HOST: emulator.origin,
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: serverId,
    AZURE_CLIENT_SECRET: 'mcp-server-secret-for-the-emulator-only',
    ENTRADA_GRAPH_ENDPOINT: emulator.graphOrigin,
    // What a developer's shell holds for other apps stays out of this one.
    AZURE_CLIENT_CERTIFICATE_PATH: '',
    AZURE_FEDERATED_TOKEN_FILE: '',
    ENTRADA_AUDIENCES: '',
    ENTRADA_TENANTS: '',
  })
}
