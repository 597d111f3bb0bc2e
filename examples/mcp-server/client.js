// `node examples/mcp-server/client.js {address} {client id}`: an MCP client with a browser beside it.
// It knows the server's address and its own client id, and finds out everything else.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { randomUUID } from 'node:crypto'
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

const [, , address = 'http://localhost:3000/mcp', clientId = ''] = process.argv

const listener = createServer().listen(0, 'localhost')
await once(listener, 'listening')
const redirectUrl = `http://localhost:${Object(listener.address()).port}/callback`
const state = randomUUID()

/** What the SDK asks for and gives to keep; here it is kept for as long as the program runs. */
const kept = { verifier: '', tokens: undefined, information: { client_id: clientId } }
const authProvider = {
  redirectUrl,
  clientMetadata: { redirect_uris: [redirectUrl], client_name: 'An MCP client' },
  state: () => state,
  clientInformation: () => kept.information,
  saveClientInformation: (information) => void (kept.information = information),
  tokens: () => kept.tokens,
  saveTokens: (tokens) => void (kept.tokens = tokens),
  codeVerifier: () => kept.verifier,
  saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
  redirectToAuthorization(url) {
    // Without it there is no refresh token, and a user at the browser every hour.
    const scope = url.searchParams.get('scope') ?? ''
    url.searchParams.set('scope', `${scope} offline_access`.trim())
    console.log(`\n  Open this address to sign in: ${url}\n`)
  },
}

const client = new Client({ name: 'mail-client', version: '1.0.0' })
await client.connect(await signedIn())
const { content } = await client.callTool({ name: 'read_mail' })
for (const { text } of Object(content)) console.log(text)
await client.close()
listener.close()
listener.closeAllConnections()

/** The SDK tells of the sign-in that is needed by failing; with the code it goes on. */
async function signedIn() {
  const transport = new StreamableHTTPClientTransport(new URL(address), { authProvider })
  const attempt = new Client({ name: 'mail-client', version: '1.0.0' })
  try {
    const answer = answerAtCallback()
    await attempt.connect(transport).catch(async (error) => {
      if (!(error instanceof UnauthorizedError)) throw error
      await transport.finishAuth(await answer)
    })
  } finally {
    await attempt.close()
  }
  return new StreamableHTTPClientTransport(new URL(address), { authProvider })
}

async function answerAtCallback() {
  const [request, response] = await once(listener, 'request')
  const { searchParams } = new URL(request.url, redirectUrl)
  response.end('You may close this window.')
  const code = searchParams.get('code')
  if (code === null || searchParams.get('state') !== state) {
    throw new Error(searchParams.get('error_description') ?? 'The answer is not for this request.')
  }
  return code
}
