import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  connect,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type IncomingHttpHeaders,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import Koa from 'koa'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { contosoDirectory, startEmulator, type Emulator } from 'entrada/emulator'
import { entra as entraForFastify } from 'entrada/fastify'
import { entra as entraForKoa } from 'entrada/koa'
import { contosoId, webAppId } from '../support/identity-app.js'

let emulator: Emulator
const cleanup: (() => unknown)[] = []

beforeAll(async () => {
  emulator = await startEmulator(contosoDirectory())
})
afterAll(() => emulator.stop())
afterEach(async () => {
  for (const undo of cleanup.splice(0).reverse()) await undo()
})

const webApp = () => ({
  tenant: contosoId,
  clientId: webAppId,
  credential: { secret: 'web-app-secret-for-the-emulator-only' },
  authorityHost: emulator.origin,
  baseUrl: ['https://app.contoso.example', 'https://www.contoso.example'],
  secret: 'a-secret-of-the-http2-tests-with-32-characters',
})

/** Each gives the port that it listens on. */
const servers = {
  async koa() {
    const identity = entraForKoa(webApp())
    const app = new Koa()
    app.use(identity.signIn({ session: 'cookie' }))
    app.use(identity.requireSignIn())
    const answer = app.callback()
    return listening((request, response) => void answer(request, response))
  },
  async fastify() {
    const identity = entraForFastify(webApp())
    const app = fastify()
    app.register(identity.signIn({ session: 'cookie' }))
    app.get('/', { onRequest: identity.requireSignIn() }, () => 'in')
    cleanup.push(() => app.close())
    await app.ready()
    // Fastify types requests by its options; at run time both kinds are taken.
    return listening((request, response) => {
      app.routing(request as unknown as IncomingMessage, response as unknown as ServerResponse)
    })
  },
}

type Listener = (request: Http2ServerRequest, response: Http2ServerResponse) => void

async function listening(listener: Listener): Promise<number> {
  const server = createServer(listener)
  cleanup.push(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port // it listens on a port
}

/** What a browser gets that opens the start page at this host. */
async function opened(port: number, authority: string): Promise<IncomingHttpHeaders> {
  const client = connect(`http://127.0.0.1:${port}`)
  cleanup.push(() => client.close())
  const request = client.request({ ':authority': authority, accept: 'text/html' })
  return new Promise((resolve, reject) => {
    request.on('response', resolve).on('error', reject).resume()
  })
}

describe.each(['koa', 'fastify'] as const)('a web app with %s over HTTP/2', (framework) => {
  it.each(['app.contoso.example', 'www.contoso.example'])(
    'signs in at %s, the address that the browser asked for',
    async (host) => {
      const { ':status': status, location = '' } = await opened(await servers[framework](), host)
      const { searchParams } = new URL(location)
      expect([status, searchParams.get('redirect_uri')]).toEqual([
        302,
        `https://${host}/auth/callback`,
      ])
    },
  )
})
