// An MCP server whose one tool reads the caller's mail. Who calls, and through which client, Entra
// says; the token of the call is swapped for one of Microsoft Graph.
import express from 'express'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { entra } from 'entrada/express'
import { authInfoOf, callerOf } from 'entrada/mcp'

export function createApp({ resourceUrl }) {
  const app = express()
  // The address of this server is its Application ID URI too: clients send it to Entra as `resource`.
  const identity = entra({ resourceUrl, audiences: [resourceUrl] })

  function createServer() {
    const server = new McpServer({ name: 'mail', version: '1.0.0' })
    server.registerTool('read_mail', { description: 'The newest messages.' }, async (extra) => {
      const { graph } = identity.onBehalfOf(callerOf(extra.authInfo))
      const { value } = Object(await graph.get('/me/messages?$top=5&$select=subject,from'))
      const lines = value.map(({ from, subject }) => `${from.emailAddress.address}: ${subject}`)
      return { content: [{ type: 'text', text: lines.join('\n') }] }
    })
    return server
  }

  app.use(identity.protectedResourceMetadata({ name: 'Mail for agents' }))

  app.post('/mcp', identity.requireScopes('access_as_user'), async (req, res) => {
    // Every request brings its token, so there is no session to keep.
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })
    res.on('close', () => void transport.close())
    await createServer().connect(transport)
    await transport.handleRequest(
      Object.assign(req, { auth: authInfoOf(identity.caller(req)) }),
      res,
    )
  })
  app.all('/mcp', (req, res) => {
    res.status(405).set('Allow', 'POST').end()
  })

  app.use(identity.errors())
  return app
}
