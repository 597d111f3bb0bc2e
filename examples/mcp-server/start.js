// `npm run build && node examples/mcp-server/start.js`: an MCP server on the emulator. The client
// beside it, or any other that takes a client id, connects to the address that is printed.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createApp } from './app.js'
import { clientId, useEmulator } from './emulator.js'

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0))

const server = createServer()
server.listen(Number(process.env.PORT || 3000), 'localhost')
await once(server, 'listening')
const { port } = Object(server.address())
const resourceUrl = `http://localhost:${port}/mcp`
await useEmulator({ resourceUrl })
server.on('request', createApp({ resourceUrl }))

console.log(`
  Connect to it: node examples/mcp-server/client.js ${resourceUrl} ${clientId}

  The MCP server is running: ${resourceUrl}
`)
