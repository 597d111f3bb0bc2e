import { isRepeatable } from './bodies.js'
import { challengedCall } from './challenged-call.js'
import { createEgress } from './egress.js'
import { sendWithinOrigin } from './redirects.js'
import { ownHeaders } from './reserved-headers.js'
import type { Scopes, TokenSourceSettings } from './token-source-settings.js'
import { unlessAborted } from './unless-aborted.js'

export interface TokenFetchInit extends RequestInit {
  /** Scopes of the API that is called; may be left out for Microsoft Graph. */
  readonly scopes?: Scopes
  /** Permissions that a `.default` token has to hold; see `token()`. */
  readonly needs?: Scopes
}

/**
 * `fetch` that adds the token as `Authorization: Bearer`. The token goes to the API it is for and
 * nowhere else; a redirect to another origin is followed without it. When the API answers with a
 * claims challenge, the call is sent once more with a token that has the claims; a body that is a
 * stream cannot be sent twice, so the API's answer is then returned and the next call has the new
 * token.
 */
export type TokenFetch = (url: string | URL, init?: TokenFetchInit) => Promise<Response>

export function createTokenFetch(settings: TokenSourceSettings): TokenFetch {
  const { calls, delegated } = settings
  const requireAllowed = createEgress({ ...calls, delegated })

  return async (address, init = {}) => {
    const { scopes, needs, ...rest } = init
    const url = new URL(address)
    requireAllowed(url, scopes)
    const given = ownHeaders(rest.headers)
    const source = {
      ...settings,
      acquire: (question: Parameters<typeof settings.acquire>[0]) =>
        unlessAborted(rest.signal, () => settings.acquire(question)),
    }
    return challengedCall(source, {
      question: { scopes, needs },
      repeatable: isRepeatable(rest.body),
      send(token) {
        const headers = new Headers(given)
        headers.set('authorization', `Bearer ${token.reveal()}`)
        return sendWithinOrigin(calls.fetch, url, { ...rest, headers })
      },
    })
  }
}
