import express, { type Request } from 'express'
import type { ExpressIdentity } from 'entrada/express'
import { serve } from './loopback-server.js'

/** Runs something as the handler of an API that is called with the token. */
export async function asCaller<Value>(
  identity: Pick<ExpressIdentity, 'requireScopes'>,
  token: string,
  handle: (request: Request) => Promise<Value>,
): Promise<Value> {
  const app = express()
  const handled = new Promise<Value>((resolve, reject) => {
    app.get('/', identity.requireScopes('access_as_user'), (request, response) => {
      handle(request)
        .then(resolve, reject)
        .finally(() => response.end())
    })
    app.use((error: unknown, _request: Request, response: express.Response, _next: unknown) => {
      reject(error instanceof Error ? error : new Error(String(error)))
      response.end()
    })
  })
  const server = await serve(app)
  try {
    const [value] = await Promise.all([
      handled,
      fetch(server.origin, { headers: { authorization: `Bearer ${token}` } }),
    ])
    return value
  } finally {
    await server.stop()
  }
}
