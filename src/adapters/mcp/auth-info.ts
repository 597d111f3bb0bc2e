import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js'
import { assertionOf, type Caller } from '../../protocol/caller.js'
import { NoCallerError } from '../../protocol/no-caller-error.js'

const callers = new WeakMap<AuthInfo, Caller>()

/** The API as clients of the Model Context Protocol know it. */
export interface AuthInfoOptions {
  /**
   * Address of the MCP server, which is also its Application ID URI. With it `resource` is set, and
   * scopes are listed in full (`https://mcp.contoso.com/mcp/Mail.Read`) beside their short names.
   */
  readonly resourceUrl?: string
}

/**
 * A verified caller in the words of the MCP SDK, to be put on the request as `auth`: a transport
 * passes it on to tools as `extra.authInfo`. An app has no scopes: what it holds are roles, which
 * `callerOf()` has. The token is not enumerable, so that printing this does not show it.
 *
 * @throws NoCallerError (ERR_ENTRA_NO_CALLER) for a caller that no `entra()` has verified.
 * @example request.auth = authInfoOf(identity.caller(request))
 */
export function authInfoOf(caller: Caller, { resourceUrl }: AuthInfoOptions = {}): AuthInfo {
  const assertion = assertionOf(caller)
  if (assertion === undefined) throw new NoCallerError()
  const { token, expiresAt } = assertion
  const visible = {
    clientId: caller.clientId,
    scopes: caller.kind === 'user' ? scopesOf(caller.scopes, resourceUrl) : [],
    expiresAt: Math.floor(expiresAt / 1000),
    ...(resourceUrl !== undefined && { resource: new URL(resourceUrl) }),
  }
  const info: AuthInfo = Object.defineProperty({ ...visible, token }, 'token', {
    enumerable: false,
  })
  callers.set(info, caller)
  return info
}

/**
 * The caller behind the `authInfo` that a tool is given.
 *
 * @throws NoCallerError (ERR_ENTRA_NO_CALLER) when it is missing or comes from elsewhere.
 * @example identity.onBehalfOf(callerOf(extra.authInfo)).graph.get('/me/messages')
 */
export function callerOf(authInfo: AuthInfo | undefined): Caller {
  const caller = authInfo === undefined ? undefined : callers.get(authInfo)
  if (caller === undefined) throw new NoCallerError()
  return caller
}

function scopesOf(scopes: readonly string[], resourceUrl: string | undefined): string[] {
  if (resourceUrl === undefined) return [...scopes]
  return scopes.flatMap((scope) => [scope, `${resourceUrl}/${scope}`])
}
