import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

export interface LoopbackServer {
  port: number
  stop(): Promise<void>
}

/**
 * Listens on 127.0.0.1 and, where the machine has it, on ::1 with the same port, so that
 * `localhost` arrives whichever of the two it means. Never on an outward interface.
 */
export async function listenOnLoopback(handler: Handler, port: number): Promise<LoopbackServer> {
  const attempts = port === 0 ? 5 : 1
  for (let attempt = 1; ; attempt += 1) {
    const first = await listen(handler, '127.0.0.1', port)
    const { port: chosen } = first.address() as AddressInfo // a TCP server that listens has one
    try {
      const servers = [first, ...(await listenOnIpv6(handler, chosen))]
      return { port: chosen, stop: () => stopAll(servers) }
    } catch (error) {
      await stopAll([first])
      if (attempt === attempts) throw error
    }
  }
}

/** No second listener on machines without IPv6; another's port there is an error. */
async function listenOnIpv6(handler: Handler, port: number): Promise<Server[]> {
  try {
    return [await listen(handler, '::1', port)]
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') throw error
    return []
  }
}

function listen(handler: Handler, host: string, port: number): Promise<Server> {
  const server = createServer(handler)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.removeListener('error', reject)
      resolve(server)
    })
  })
}

async function stopAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve())
          server.closeAllConnections()
        }),
    ),
  )
}
