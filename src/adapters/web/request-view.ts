import type { RequestView } from '../../middleware/request-view.js'

/** What a framework adds to what a Web request itself tells. */
export type Surroundings = Pick<RequestView, 'key' | 'form' | 'addHeaders'>

/** A Web request as the core sees it. */
export function webViewOf(request: Request, surroundings: Surroundings): RequestView {
  return {
    ...surroundings,
    method: request.method,
    // The origin is the sender's word, so nothing is built on it.
    get url() {
      const { pathname, search } = new URL(request.url)
      return pathname + search
    },
    get authorization() {
      return authorizationOf(request.headers)
    },
    header: (name) => request.headers.get(name) ?? (name === 'host' ? hostOf(request) : undefined),
    session: undefined,
  }
}

/**
 * `Headers` joins the values of a repeated header with commas. No bearer token has one, so a comma
 * behind `Bearer` means that there were several.
 */
function authorizationOf(headers: Headers): readonly string[] {
  const joined = headers.get('authorization')
  if (joined === null) return []
  return /^bearer[ \t]/i.test(joined) ? joined.split(',') : [joined]
}

/** Over HTTP/2 the host stands in the URL; it chooses among the configured origins, as Host does. */
function hostOf({ url }: Request): string {
  return new URL(url).host
}
