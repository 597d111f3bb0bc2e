import type { Header } from '../../middleware/reply.js'
import type { RequestView } from '../../middleware/request-view.js'

/** What a framework adds to what a Web request itself tells. */
export type Surroundings = Pick<RequestView, 'key' | 'form' | 'addHeaders'>

/** A Web request as the core sees it. */
export function webViewOf(request: Request, surroundings: Surroundings): RequestView {
  return new WebView(request, surroundings)
}

/** A class, so that a request costs one small object: getters and functions are shared by all. */
class WebView implements RequestView {
  readonly key: object
  readonly session = undefined
  readonly #request: Request
  readonly #surroundings: Surroundings

  constructor(request: Request, surroundings: Surroundings) {
    this.key = surroundings.key
    this.#request = request
    this.#surroundings = surroundings
  }

  get method(): string {
    return this.#request.method
  }

  // The origin is the sender's word, so nothing is built on it.
  get url(): string {
    const { pathname, search } = new URL(this.#request.url)
    return pathname + search
  }

  get authorization(): readonly string[] {
    return authorizationOf(this.#request.headers)
  }

  header(name: string): string | undefined {
    const { headers } = this.#request
    return headers.get(name) ?? (name === 'host' ? hostOf(this.#request) : undefined)
  }

  form(): Promise<URLSearchParams> {
    return this.#surroundings.form()
  }

  addHeaders(headers: readonly Header[]): boolean {
    return this.#surroundings.addHeaders(headers)
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
