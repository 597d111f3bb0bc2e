import {
  createServer,
  request as httpRequest,
  ServerResponse,
  type IncomingMessage,
  type Server,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import express from 'express'
import session from 'express-session'
import Koa from 'koa'
import { startEmulator, type Emulator } from 'entrada/emulator'
import { entra as entraForExpress, type EntraOptions } from 'entrada/express'
import { entra as entraForKoa } from 'entrada/koa'
import type { Account } from '../../src/protocol/account.js'
import { createUserAgent, signIn } from '../support/user-agent.js'
import { ada } from './arrival.js'
import { adaId, consentedDirectory, contosoId, secret, webAppId } from './web-app.js'

let emulator: Emulator
const servers: Server[] = []

beforeAll(async () => {
  emulator = await startEmulator(consentedDirectory())
})
afterAll(() => emulator.stop())
afterEach(async () => {
  for (const server of servers.splice(0)) {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }
})

type AccountOf = (request: IncomingMessage) => Promise<Account>
type Mount = (options: EntraOptions, server: Server) => AccountOf

const withOurCookie: Mount = (options, server) => {
  const app = express()
  const identity = entraForExpress(options)
  app.use(identity.signIn({ session: 'cookie' }))
  app.get('/', identity.requireSignIn(), (_request, response) => response.send('in'))
  server.on('request', app)
  return (request) => identity.accountOfUpgrade(request)
}

const withExpressSession: Mount = (options, server) => {
  const app = express()
  const identity = entraForExpress(options)
  const sessions = session({ secret: 'upgrade', resave: false, saveUninitialized: false })
  app.use(sessions)
  app.use(identity.signIn())
  app.get('/', identity.requireSignIn(), (_request, response) => response.send('in'))
  server.on('request', app)
  return async (request) => {
    // As express-session's own documentation has it for WebSockets.
    await new Promise((next) => {
      sessions(request as express.Request, new ServerResponse(request) as express.Response, next)
    })
    return identity.accountOfUpgrade(request)
  }
}

const withKoa: Mount = (options, server) => {
  const app = new Koa()
  const identity = entraForKoa(options)
  app.use(identity.signIn({ session: 'cookie' }))
  app.use(identity.requireSignIn())
  app.use((context) => {
    context.body = 'in'
  })
  const listener = app.callback()
  server.on('request', (request, response) => void listener(request, response))
  return (request) => identity.accountOfUpgrade(request)
}

/** A server whose upgrades are answered with who is signed in, or with the error's status. */
async function start(mount: Mount): Promise<string> {
  const server = createServer()
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const origin = `http://localhost:${(server.address() as AddressInfo).port}` // on a TCP port
  const accountOf = mount(
    {
      tenant: contosoId,
      clientId: webAppId,
      credential: { secret: 'web-app-secret-for-the-emulator-only' },
      authorityHost: emulator.origin,
      baseUrl: origin,
      secret,
    },
    server,
  )
  server.on('upgrade', (request, socket) => {
    accountOf(request).then(
      ({ objectId }) => socket.end(`HTTP/1.1 200 OK\r\nX-Account: ${objectId}\r\n\r\n`),
      (error: unknown) => socket.end(`HTTP/1.1 ${(error as { status: number }).status} No\r\n\r\n`),
    )
  })
  return origin
}

function upgrade(origin: string, headers: Record<string, string>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${origin}/socket`, {
      headers: { connection: 'Upgrade', upgrade: 'websocket', ...headers },
    })
    request.on('response', (response) => {
      response.resume()
      resolve(response.headers['x-account'] ?? response.statusCode)
    })
    request.on('error', reject)
    request.end()
  })
}

const mounts: readonly [string, Mount][] = [
  ['Express with our cookie', withOurCookie],
  ['Express with express-session', withExpressSession],
  ['Koa with our cookie', withKoa],
]

describe.each(mounts)('a WebSocket at %s', (_name, mount) => {
  it('S28 reads the account, for pages of this app only', async () => {
    const origin = await start(mount)
    const agent = createUserAgent()
    await signIn(agent, `${origin}/`, ada)
    const cookie = agent.cookies
      .all()
      .filter(({ host }) => origin.endsWith(host))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    expect(await upgrade(origin, { cookie, origin })).toBe(adaId)
    expect(await upgrade(origin, { origin })).toBe(401)
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `${origin}.evil.example` },
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      {},
    ]
    for (const headers of foreign) {
      expect([headers, await upgrade(origin, { cookie, ...headers })]).toEqual([headers, 403])
    }
  })
})
