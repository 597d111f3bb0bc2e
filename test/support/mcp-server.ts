import express, { type RequestHandler } from 'express'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { entra, type EntraOptions, type ExpressIdentity } from 'entrada/express'
import { callerOf } from 'entrada/mcp'
import { inspect } from 'node:util'
import { contosoId, graphId, tasksApiId } from './identity-app.js'
import { serve, type LoopbackServer } from './loopback-server.js'

export const mcpClientId = '7b3e5d19-8a2c-4f60-9c47-d1e6a0b4f582'

export interface McpPlatform {
  readonly emulator: Emulator
  readonly server: LoopbackServer
  readonly url: string
  /** App ID URI of a second API, which stands for servers whose address is not theirs. */
  readonly uri: string
  /** Puts a server behind the address. */
  mount(
    guard: (identity: ExpressIdentity) => readonly RequestHandler[],
    options?: EntraOptions,
  ): ExpressIdentity
  stop(): Promise<void>
}

/** An emulator on which the Tasks API is an MCP server, and a public client may call it. */
export async function startMcpPlatform(): Promise<McpPlatform> {
  let app = express()
  const server = await serve((request, response) => void app(request, response))
  const url = `${server.origin}/mcp`
  const directory = contosoDirectory()
  const tasksApi = directory.applications.find(({ appId }) => appId === tasksApiId)
  const uri = `api://${tasksApiId}`
  Object.assign(tasksApi ?? {}, { identifierUris: [url, uri] })
  directory.applications.push({
    appId: mcpClientId,
    displayName: 'An MCP client',
    tenantId: contosoId,
    signInAudience: 'AzureADMyOrg',
    identifierUris: [],
    redirectUris: ['http://localhost/callback'],
    isFallbackPublicClient: true,
  })
  directory.delegatedGrants?.push({
    tenant: contosoId,
    client: tasksApiId,
    resource: graphId,
    user: 'everyone',
    scopes: ['Mail.Read'],
  })
  const emulator = await startEmulator(directory)
  return {
    emulator,
    server,
    url,
    uri,
    mount(guard, options = {}) {
      const identity = entra({
        tenant: contosoId,
        clientId: tasksApiId,
        credential: { secret: 'tasks-api-secret-for-the-emulator-only' },
        authorityHost: emulator.origin,
        graphEndpoint: emulator.graphOrigin,
        resourceUrl: url,
        audiences: [url],
        ...options,
      })
      app = express()
      app.set('env', 'test') // Express prints unhandled errors in other environments
      app.use(identity.protectedResourceMetadata())
      app.post('/mcp', ...guard(identity), async (request, response) => {
        const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
        const mcp = mailServer(identity)
        await mcp.connect(transport) // its optional members are typed looser
        await transport.handleRequest(request, response)
      })
      app.all('/mcp', (_request, response) => {
        response.status(405).end()
      })
      app.use(identity.errors())
      return identity
    },
    async stop() {
      await emulator.stop()
      await server.stop()
    },
  }
}

function mailServer(identity: ExpressIdentity): McpServer {
  const server = new McpServer({ name: 'mail', version: '1.0.0' })
  const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })
  server.registerTool('read_mail', {}, async ({ authInfo }) => {
    const mail = await identity.onBehalfOf(callerOf(authInfo)).graph.get('/me/messages')
    const { value } = mail as { value: { subject: string }[] } // Graph's messages
    return text(value.map(({ subject }) => subject).join(', '))
  })
  server.registerTool('who_calls', {}, ({ authInfo }) =>
    text(
      JSON.stringify({
        authInfo,
        caller: callerOf(authInfo),
        printed: inspect(authInfo, { depth: 9 }),
      }),
    ),
  )
  return server
}
