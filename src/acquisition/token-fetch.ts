import { EgressRefusedError } from '../protocol/egress-refused-error.js'
import { isSecureUrl } from '../protocol/loopback.js'
import { challengedCall } from './challenged-call.js'
import type { Scopes, TokenSourceSettings } from './token-source-settings.js'

export interface TokenFetchInit extends RequestInit {
  /** Scopes of the API that is called; may be left out for Microsoft Graph. */
  readonly scopes?: Scopes
  /** Permissions that a `.default` token has to hold; see `token()`. */
  readonly needs?: Scopes
}

/**
 * `fetch` that adds the token as `Authorization: Bearer`. A redirect to another origin is followed
 * without it, as the Fetch standard says. When the API answers with a claims challenge, the call is
 * sent once more with a token that has the claims; a body that is a stream cannot be sent twice, so
 * the API's answer is then returned and the next call has the new token.
 */
export type TokenFetch = (url: string | URL, init?: TokenFetchInit) => Promise<Response>

export function createTokenFetch(settings: TokenSourceSettings): TokenFetch {
  return async (address, init = {}) => {
    const { scopes, needs, ...rest } = init
    const url = new URL(address)
    refuseUnsafe(url, scopes, settings)
    return challengedCall(settings, {
      question: { scopes, needs },
      origin: url.origin,
      repeatable: !isStream(rest.body),
      send(token) {
        const headers = new Headers(rest.headers)
        headers.set('authorization', `Bearer ${token.reveal()}`)
        return settings.fetch(url, { ...rest, headers })
      },
    })
  }
}

/** Whether a body is gone once it was read. */
function isStream(body: unknown): boolean {
  return (
    typeof body === 'object' &&
    body !== null &&
    ('getReader' in body || Symbol.asyncIterator in body)
  )
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
