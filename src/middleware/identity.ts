import type { ForAppOptions } from '../acquisition/app-only.js'
import type { TokenSource } from '../acquisition/token-source.js'
import type { Host } from '../host/host.js'
import type { Caller } from '../protocol/caller.js'
import { createApiGuards, type ApiGuards, type Guard } from './api-guards.js'
import type { EntraOptions } from './entra-options.js'
import { createInstance } from './instance.js'

/**
 * One app registration in a web app, with the words that are the same in every framework.
 * `Request` is what a handler of the framework is given, `Handler` what the framework mounts.
 */
export interface Identity<Request, Handler> extends ApiGuards<Handler> {
  /**
   * Who called this API.
   *
   * @throws NoCallerError (ERR_ENTRA_NO_CALLER) when no guard of this instance ran.
   */
  caller(request: Request): Caller
  /** Who called this API; undefined when no guard of this instance ran. */
  callerIfAny(request: Request): Caller | undefined
  /**
   * Verifies an access token that came by another way than a request, such as a WebSocket.
   *
   * @throws TokenInvalidError (ERR_ENTRA_TOKEN_INVALID), PlatformUnavailableError
   *   (ERR_ENTRA_PLATFORM_UNAVAILABLE).
   */
  verifyToken(token: string): Promise<Caller>
  /**
   * Tokens for other APIs on behalf of the user who called this one.
   *
   * @throws NoCallerError (ERR_ENTRA_NO_CALLER), NotDelegatedError (ERR_ENTRA_NOT_DELEGATED) for
   *   an app-only caller, ConfigurationError (ERR_ENTRA_CONFIGURATION) without a credential.
   */
  onBehalfOf(request: Request): TokenSource
  /**
   * Tokens of the app itself, without a user.
   *
   * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) without a credential.
   */
  forApp(options?: ForAppOptions): TokenSource
}

/** What an adapter knows of its framework. */
export interface Socket<Request, Handler> {
  readonly host: Host
  /** The object that is one request, however it is wrapped. */
  keyOf(request: Request): object
  /** Runs the guard, then the rest; a refusal goes to the framework's error handling. */
  mountGuard(guard: Guard): Handler
}

/** Gives an instance the words of one framework. */
export function createIdentity<Request, Handler>(
  options: EntraOptions,
  socket: Socket<Request, Handler>,
): Identity<Request, Handler> {
  const { api } = createInstance(options, socket.host)
  const { keyOf } = socket
  return Object.freeze({
    ...createApiGuards((requirement) => socket.mountGuard(api.guards.requireAccess(requirement))),
    caller: (request: Request) => api.callers.of(keyOf(request)),
    callerIfAny: (request: Request) => api.callers.ifAny(keyOf(request)),
    verifyToken: (token: string) => api.verifyToken(token),
    onBehalfOf: (request: Request) => api.onBehalfOf(api.callers.of(keyOf(request))),
    forApp: (appOptions?: ForAppOptions) => api.forApp(appOptions),
  })
}
