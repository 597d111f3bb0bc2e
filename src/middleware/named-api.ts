import type { ApiClient } from '../acquisition/api-client.js'
import type { ForAppOptions } from '../acquisition/app-only.js'
import type { TokenSource } from '../acquisition/token-source.js'

/** An API of `entra({ apis })`, called for whom a request, or the app itself, says. */
export interface NamedApi<Request> {
  /** For the signed-in user; see `identity.forUser()`. */
  forUser(request: Request): ApiClient
  /** For the user who called this API; see `identity.onBehalfOf()`. */
  onBehalfOf(request: Request): ApiClient
  /** For the app itself; see `identity.forApp()`. */
  forApp(options?: ForAppOptions): ApiClient
}

interface Sources<Request> {
  forUser(request: Request): TokenSource
  onBehalfOf(request: Request): TokenSource
  forApp(options?: ForAppOptions): TokenSource
}

export function createNamedApi<Request>(
  name: string,
  sources: Sources<Request>,
): NamedApi<Request> {
  return Object.freeze({
    forUser: (request: Request) => sources.forUser(request).api(name),
    onBehalfOf: (request: Request) => sources.onBehalfOf(request).api(name),
    forApp: (options?: ForAppOptions) => sources.forApp(options).api(name),
  })
}
