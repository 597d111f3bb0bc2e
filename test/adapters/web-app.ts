import type { Emulator } from 'entrada/emulator'
import type { EntraOptions } from 'entrada/fetch'
import { plainFetch } from '../support/plain-fetch.js'
import { contosoId, tasksApiId, webAppId } from '../support/identity-app.js'
import { createUserAgent, type UserAgent } from '../support/user-agent.js'

/** Where an app lives that no server serves: it is called with Web requests. */
export const origin = 'http://localhost:4000'

export type App = (request: Request) => Response | Promise<Response>

export function webAppOptions(emulator: Emulator): EntraOptions {
  return {
    tenant: contosoId,
    clientId: webAppId,
    credential: { secret: 'web-app-secret-for-the-emulator-only' },
    authorityHost: emulator.origin,
    graphEndpoint: emulator.graphOrigin,
    baseUrl: origin,
    secret: 'a-secret-of-the-adapter-tests-32-characters',
  }
}

export function apiOptions(emulator: Emulator): EntraOptions {
  return {
    tenant: contosoId,
    clientId: tasksApiId,
    credential: { secret: 'tasks-api-secret-for-the-emulator-only' },
    authorityHost: emulator.origin,
    graphEndpoint: emulator.graphOrigin,
  }
}

/** A browser that finds the app at its origin, and everything else where it is. */
export function browserFor(app: App): UserAgent {
  return createUserAgent({
    fetch: async (url, init) => {
      const address = url instanceof Request ? url.url : url.toString()
      return address.startsWith(`${origin}/`)
        ? app(new Request(address, init))
        : plainFetch(address, init)
    },
  })
}

export function formRequest(path: string, body: RequestInit['body']): Request {
  return new Request(origin + path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
    body: body ?? null,
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  })
}
