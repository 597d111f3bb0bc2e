import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import { plainFetch } from './plain-fetch.js'
import { createUserAgent, signIn } from './user-agent.js'

const redirectUrl = 'http://localhost:4998/callback'

export interface McpClientOptions {
  readonly url: string
  readonly clientId: string
  readonly user?: string
  /** Asks for a refresh token as well. */
  readonly offline?: boolean
  /** What the provider has besides the SDK's defaults. */
  readonly provider?: Partial<OAuthClientProvider>
}

export interface McpClient {
  /** Where the user was sent. */
  readonly sentTo: readonly URL[]
  readonly tokens: () => OAuthTokens | undefined
  /** Forgets the access token, as its expiry would. */
  spoil(): void
  /** Calls a tool; signs the user in at the emulator's pages when the server asks for it. */
  call(tool: string): Promise<string>
}

/** The SDK's own client, with the test's browser in the place where it opens one. */
export function createMcpClient(options: McpClientOptions): McpClient {
  const { url, clientId, user = 'ada@contoso.example', offline = false, provider = {} } = options
  const sentTo: URL[] = []
  let verifier = ''
  let tokens: OAuthTokens | undefined
  let information: { client_id: string } = { client_id: clientId }
  const authProvider: OAuthClientProvider = {
    redirectUrl,
    clientMetadata: { redirect_uris: [redirectUrl], client_name: 'A client of the tests' },
    clientInformation: () => information,
    saveClientInformation: (one) => void (information = one),
    tokens: () => tokens,
    saveTokens: (some) => void (tokens = some),
    codeVerifier: () => verifier,
    saveCodeVerifier: (text) => void (verifier = text),
    redirectToAuthorization(address) {
      const scope = address.searchParams.get('scope') ?? ''
      if (offline) address.searchParams.set('scope', `${scope} offline_access`)
      sentTo.push(address)
    },
    ...provider,
  }
  const transportOf = () => new StreamableHTTPClientTransport(new URL(url), { authProvider })

  async function answerOf(address: URL | undefined): Promise<string> {
    const agent = createUserAgent({
      fetch: (input, init) =>
        new URL(input instanceof Request ? input.url : input).origin === new URL(redirectUrl).origin
          ? Promise.resolve(new Response(''))
          : plainFetch(input, init),
    })
    const page = await signIn(agent, address?.href ?? '', { user })
    const answer = new URL(page.url).searchParams
    const code = answer.get('code')
    if (code === null) throw new Error(answer.get('error_description') ?? page.html)
    return code
  }

  async function attempt(tool: string): Promise<string> {
    const transport = transportOf()
    const client = new Client({ name: 'tests', version: '1.0.0' })
    try {
      // A transport is one of the SDK's own; its optional members are typed looser than ours are.
      await client.connect(transport)
      const { content, isError } = await client.callTool({ name: tool })
      const [{ text }] = content as [{ text: string }] // the tools of the tests answer one text
      return isError === true ? `error: ${text}` : text
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error
      await transport.finishAuth(await answerOf(sentTo.at(-1)))
      return await attempt(tool)
    } finally {
      await client.close()
    }
  }

  return {
    sentTo,
    tokens: () => tokens,
    spoil() {
      if (tokens !== undefined) tokens = { ...tokens, access_token: 'spoilt.spoilt.spoilt' }
    },
    call: attempt,
  }
}
