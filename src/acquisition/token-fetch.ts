import { EgressRefusedError } from '../protocol/egress-refused-error.js'
import { isSecureUrl } from '../protocol/loopback.js'
import type { Scopes, TokenSourceSettings } from './token-source-settings.js'

export interface TokenFetchInit extends RequestInit {
  /** Scopes of the API that is called; may be left out for Microsoft Graph. */
  readonly scopes?: Scopes
}

/**
 * `fetch` that adds the token as `Authorization: Bearer`. A redirect to another origin is followed
 * without it, as the Fetch standard says.
 */
export type TokenFetch = (url: string | URL, init?: TokenFetchInit) => Promise<Response>

export function createTokenFetch(settings: TokenSourceSettings): TokenFetch {
  return async (address, init = {}) => {
    const { scopes, ...rest } = init
    const url = new URL(address)
    refuseUnsafe(url, scopes, settings)
    const token = await settings.acquire(scopes)
    const headers = new Headers(rest.headers)
    headers.set('authorization', `Bearer ${token.reveal()}`)
    return settings.fetch(url, { ...rest, headers })
  }
}

function refuseUnsafe(url: URL, scopes: Scopes | undefined, settings: TokenSourceSettings): void {
  if (!isSecureUrl(url)) {
    throw new EgressRefusedError(
      `${url.origin} is not https. A token is sent over plain http only to loopback.`,
    )
  }
  if (url.username !== '' || url.password !== '') {
    throw new EgressRefusedError(`The URL to ${url.host} holds a user name or password.`)
  }
  const forGraph = scopes === undefined || isForGraph(scopes, settings.graph.resource)
  if (forGraph && !isGraph(url, settings)) {
    throw new EgressRefusedError(
      `${url.origin} is not Microsoft Graph, whose tokens go to ${settings.graph.endpoint} only. ` +
        `For another API name its scopes: fetch(url, { scopes: 'api://…/.default' }).`,
    )
  }
}

function isGraph(url: URL, { graph }: TokenSourceSettings): boolean {
  return (
    url.origin === graph.endpoint || (url.protocol === 'https:' && graph.hosts.includes(url.host))
  )
}

function isForGraph(scopes: Scopes, graphResource: string): boolean {
  const list = typeof scopes === 'string' ? scopes.split(' ') : scopes
  return list.some((scope) => !scope.includes('/') || scope.startsWith(`${graphResource}/`))
}
