import { EgressRefusedError } from '../protocol/egress-refused-error.js'
import { isRepeatable, release } from './bodies.js'

export interface ApiAnswer {
  readonly response: Response
  /** False when a redirect led to another origin, which has no say about the token. */
  readonly isOfApi: boolean
}

/** What is sent, with the token among its headers. */
export interface AuthorizedInit extends RequestInit {
  readonly headers: Headers
}

const mostRedirects = 5
const methodKept = [307, 308]

/**
 * Sends a request and follows redirects as the Fetch standard does, with one difference that does
 * not depend on the `fetch` in use: the token stays with the origin it was meant for. Another origin
 * is asked without it, without cookies, never over plain http and never with the request's body.
 *
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */
export async function sendWithinOrigin(
  send: typeof fetch,
  url: URL,
  init: AuthorizedInit,
): Promise<ApiAnswer> {
  if (init.redirect !== undefined && init.redirect !== 'follow') {
    return answerOf(await send(url, init), url)
  }
  let address = url
  let isOfApi = true
  let request: AuthorizedInit = { ...init, redirect: 'manual' }
  for (let followed = 0; followed <= mostRedirects; followed += 1) {
    const response = await send(address, request)
    const next = targetOf(response, address)
    if (next === undefined || (isSentAgain(response) && !isRepeatable(request.body))) {
      return isOfApi ? answerOf(response, url) : { response, isOfApi }
    }
    release(response)
    request = isSentAgain(response) ? request : asGet(response.status, request)
    if (next.origin !== address.origin) {
      request = elsewhere(next, address, request)
      isOfApi = false
    }
    address = next
  }
  throw new EgressRefusedError(`${url.origin} redirected more than ${mostRedirects} times.`)
}

/** A fetch that follows redirects whatever it is told still says so. */
function answerOf(response: Response, { origin }: URL): ApiAnswer {
  const { redirected, url } = response
  return { response, isOfApi: !redirected || (URL.canParse(url) && new URL(url).origin === origin) }
}

function targetOf({ status, headers }: Response, base: URL): URL | undefined {
  const location = headers.get('location')
  if (location === null || ![301, 302, 303, ...methodKept].includes(status)) return undefined
  return URL.canParse(location, base) ? new URL(location, base) : undefined
}

function isSentAgain({ status }: Response): boolean {
  return methodKept.includes(status)
}

function asGet(status: number, init: AuthorizedInit): AuthorizedInit {
  const method = init.method?.toUpperCase() ?? 'GET'
  const becomesGet = status === 303 ? method !== 'HEAD' : method === 'POST'
  if (!becomesGet) return init
  const { body: _body, ...rest } = init
  const headers = new Headers(init.headers)
  for (const name of ['content-type', 'content-encoding', 'content-language', 'content-location'])
    headers.delete(name)
  return { ...rest, headers, method: 'GET' }
}

function elsewhere(next: URL, from: URL, init: AuthorizedInit): AuthorizedInit {
  if (next.protocol !== 'https:' && from.protocol === 'https:') {
    throw new EgressRefusedError(`${from.origin} redirects to ${next.origin}, which is not https.`)
  }
  if (init.body !== undefined && init.body !== null) {
    throw new EgressRefusedError(
      `${from.origin} redirects to ${next.origin} with the request's body, which was meant for the first.`,
    )
  }
  const headers = new Headers(init.headers)
  for (const name of ['authorization', 'cookie']) headers.delete(name)
  return { ...init, headers }
}
