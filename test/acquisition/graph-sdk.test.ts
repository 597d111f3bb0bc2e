import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import {
  AuthenticationHandler,
  Client,
  GraphError,
  HTTPMessageHandler,
  PageIterator,
  type ClientOptions,
  type Context,
  type Middleware,
} from '@microsoft/microsoft-graph-client'
import { TokenCredentialAuthenticationProvider } from '@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { entra, type EntraOptions } from 'entrada/express'
import { asCaller } from '../support/as-caller.js'
import { adaId, contosoId, graphId, tasksApiId, webAppId } from '../support/identity-app.js'

const daemonId = '8a2e4c6f-1b3d-4f59-b7a0-c5d3e1f90264'
const daemonPrincipal = 'e4a1b7c3-58d2-4690-9f0e-3b6c8d2a7f15'
const authorityHost = 'https://login.microsoftonline.com'
const graphHost = 'https://graph.microsoft.com'
const clock = { now: Date.now() }
let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory(), {
    now: () => clock.now,
    publicOrigin: authorityHost,
  })
  for (const client of [daemonId, tasksApiId]) {
    emulator.grants.grantApplication({
      tenant: contosoId,
      client,
      resource: graphId,
      roles: ['User.Read.All'],
    })
  }
})
afterAll(() => emulator.stop())
afterEach(() => {
  emulator.faults.clear()
  emulator.conditionalAccess.clear()
  emulator.clearRequests()
})

/** Microsoft's hosts are the emulator's listeners here. */
const toEmulator: typeof fetch = (input, init) => {
  const address = input instanceof Request ? input.url : String(input)
  const local = address
    .replace(authorityHost, emulator.listening)
    .replace(graphHost, emulator.graphOrigin)
  return fetch(local, init)
}

const daemon = (options: EntraOptions = {}) =>
  entra({
    tenant: contosoId,
    clientId: daemonId,
    credential: { secret: 'daemon-secret-for-the-emulator-only' },
    clientCapabilities: ['cp1'],
    clock: () => clock.now,
    fetch: toEmulator,
    ...options,
  }).forApp()

const graphCalls = () => emulator.requests.filter(({ endpoint }) => endpoint === 'graph')

describe("Microsoft's Graph client, sent by this library", () => {
  it('reads, selects and follows pages', async () => {
    const client = Client.initWithMiddleware(daemon().graph.clientOptions())
    const first = (await client.api('/users').select('displayName').top(2).get()) as {
      value: { displayName: string }[]
    }
    expect(first.value).toHaveLength(2)
    const names: string[] = []
    const iterator = new PageIterator(client, first, (user: { displayName: string }) => {
      names.push(user.displayName)
      return true
    })
    await iterator.iterate()
    expect(names).toContain('Ada Example')
    expect(names.length).toBeGreaterThan(2)
    expect(graphCalls().every(({ status }) => status === 200)).toBe(true)
  })

  it('T27 answers a claims challenge, which the client alone cannot', async () => {
    const client = Client.initWithMiddleware(daemon().graph.clientOptions())
    await client.api('/users').get()
    clock.now += 60_000
    emulator.conditionalAccess.revokeSessions(daemonPrincipal)
    emulator.clearRequests()
    expect(await client.api('/users').get()).toHaveProperty('value')
    expect(graphCalls().map(({ status }) => status)).toEqual([401, 200])
  })

  it('R06 is refused /me for the app itself before anything is sent', async () => {
    const client = Client.initWithMiddleware(daemon().graph.clientOptions())
    await expect(client.api('/me').get()).rejects.toThrow(/app-only token/)
    expect(emulator.requests).toEqual([])
  })

  it("sees Graph's own errors", async () => {
    const client = Client.initWithMiddleware(daemon().graph.clientOptions())
    const error: unknown = await client
      .api('/users/nobody')
      .get()
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(GraphError)
    expect(error).toMatchObject({ statusCode: 404, code: 'Request_ResourceNotFound' })
  })

  it('R43 sends no token to an address that is not of Graph, such as an upload session', async () => {
    const sent: (string | null)[] = []
    const { graph } = daemon({
      fetch(input, init) {
        if (!(input instanceof URL) || input.host !== 'upload.example')
          return toEmulator(input, init)
        sent.push(new Headers(init?.headers).get('authorization'))
        return Promise.resolve(Response.json({ done: true }))
      },
    })
    const client = Client.initWithMiddleware(graph.clientOptions())
    expect(await client.api('https://upload.example/session/part').put('x')).toEqual({ done: true })
    expect([sent, emulator.requests]).toEqual([[null], []])
  })

  it('reaches the emulator over http, which its own authentication does not', async () => {
    const { graph } = daemon({ graphEndpoint: emulator.graphOrigin })
    const client = Client.initWithMiddleware(graph.clientOptions())
    expect(await client.api('/users').top(1).get()).toHaveProperty('value')
  })
})

describe("Microsoft's Graph client with an authentication provider", () => {
  /** The client's own handlers; what they send to Graph arrives at the emulator. */
  function chainOf(authentication: AuthenticationHandler): Middleware {
    class ToTheEmulator extends HTTPMessageHandler {
      override async execute(context: Context): Promise<void> {
        if (typeof context.request !== 'string') throw new Error('The client sends addresses.')
        context.request = context.request.replace(/^https:\/\/[^/]+/, emulator.graphOrigin)
        await super.execute(context)
      }
    }
    authentication.setNext(new ToTheEmulator())
    return authentication
  }

  const clientWith = (handler: AuthenticationHandler, options: Partial<ClientOptions> = {}) =>
    Client.initWithMiddleware({ middleware: chainOf(handler), ...options })

  it('of this library gets the tokens of the source', async () => {
    const provider = daemon().graph.authenticationProvider()
    const client = clientWith(new AuthenticationHandler(provider))
    expect(await client.api('/users').top(1).get()).toHaveProperty('value')
    expect(graphCalls()[0]).toMatchObject({ status: 200, token: { appid: daemonId } })
  })

  it('serves a Graph of another name when the client is told the name', async () => {
    const provider = daemon().graph.authenticationProvider({ scopes: `${graphHost}/.default` })
    const client = clientWith(new AuthenticationHandler(provider), {
      baseUrl: 'https://graph.contoso.example',
      customHosts: new Set(['graph.contoso.example']),
    })
    expect(await client.api('/users').top(1).get()).toHaveProperty('value')
  })

  it("of its own gets them from the source's TokenCredential", async () => {
    const provider = new TokenCredentialAuthenticationProvider(daemon().credential(), {
      scopes: ['https://graph.microsoft.com/.default'],
    })
    const client = clientWith(new AuthenticationHandler(provider))
    expect(await client.api('/users').top(1).get()).toHaveProperty('value')
    expect(graphCalls()[0]).toMatchObject({ status: 200, token: { appid: daemonId } })
  })
})

describe("a user's mail", () => {
  it('is read, marked, sent and deleted by the verbs, and by the client', async () => {
    emulator.grants.grantDelegated({
      tenant: contosoId,
      client: tasksApiId,
      resource: graphId,
      user: adaId,
      scopes: ['Mail.ReadWrite', 'Mail.Send', 'User.Read'],
    })
    const identity = entra({
      tenant: contosoId,
      clientId: tasksApiId,
      credential: { secret: 'tasks-api-secret-for-the-emulator-only' },
      fetch: toEmulator,
    })
    const token = await emulator.mintToken({
      resource: tasksApiId,
      client: webAppId,
      user: adaId,
      scopes: ['access_as_user'],
    })
    await asCaller(identity, token, async (request) => {
      const { graph } = identity.onBehalfOf(request)
      const messages: Message[] = []
      for await (const one of graph.items<Message>('/me/messages?$top=1')) messages.push(one)
      expect(messages.length).toBeGreaterThan(1)
      const [first, second] = messages.map(({ id }) => `/me/messages/${encodeURIComponent(id)}`)
      expect(await graph.patch(first ?? '', { isRead: true })).toMatchObject({ isRead: true })
      expect(await graph.delete(first ?? '')).toBeUndefined()
      expect(await graph.post('/me/sendMail', { message: { subject: 'Hello' } })).toBeUndefined()
      await expect(graph.delete(first ?? '')).rejects.toMatchObject({
        graphStatus: 404,
        graphCode: 'ErrorItemNotFound',
      })
      const client = Client.initWithMiddleware(graph.clientOptions())
      await client.api(second ?? '').delete()
      const left = await graph.get<{ value: Message[] }>('/me/messages')
      expect(left.value).toHaveLength(messages.length - 2)
    })
  })

  it('T07 is asked for again after a moment when Graph is busy, in its own envelope', async () => {
    emulator.faults.set({
      endpoint: 'graph',
      kind: 'status',
      status: 429,
      retryAfter: 60,
      times: 1,
    })
    const error: unknown = await daemon()
      .graph.get('/users')
      .catch((thrown: unknown) => thrown)
    const requestId = expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown
    expect(error).toMatchObject({
      graphStatus: 429,
      graphCode: 'TooManyRequests',
      retryAfter: 60,
      requestId,
      clientRequestId: requestId,
    })
  })
})

interface Message {
  readonly id: string
}
