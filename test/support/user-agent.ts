import { createCookieJar, type CookieJar } from './cookie-jar.js'
import { entriesOf, findButton, formsOf, type FilledIn, type Form, type Wanted } from './forms.js'
import { tagsOf } from './html-tags.js'
import { plainFetch } from './plain-fetch.js'
import { browserHeaders, type RequestKind } from './request-headers.js'

export { signIn } from './sign-in.js'

/** One request of a navigation and what came back. */
interface Hop {
  method: string
  url: string
  requestHeaders: Readonly<Record<string, string>>
  status: number
  headers: Headers
  /** Where the answer redirects to, resolved against its own address. */
  location?: string
}

/** What the window shows in the end. */
export interface Page extends Hop {
  html: string
  /** Every request that led here; the last one is the page's own. */
  hops: readonly Hop[]
}

export interface UserAgentOptions {
  /** In place of the agent's own way to send requests. */
  fetch?: typeof fetch
  /** Where the servers of public hosts really are: `{'login.example': 'http://localhost:4711'}`. */
  map?: Readonly<Record<string, string>>
  /** The clock of the cookies, in milliseconds. */
  now?: () => number
  /** Gives cookies to all ports of a host, as browsers do. */
  portsShareCookies?: boolean
  maximumRedirects?: number
}

interface RequestOptions {
  method?: string
  headers?: Readonly<Record<string, string>>
  body?: string
  /** The page whose link, form or script causes the request; none for a typed address. */
  from?: Page
}

interface Submission {
  /** Which button is pressed; the first one unless told, as the Enter key does. */
  button?: Wanted
  fields?: FilledIn
}

export interface UserAgent {
  readonly cookies: CookieJar
  /** Every request so far, oldest first. */
  readonly history: readonly Hop[]
  /** Goes to an address and follows redirects; with `from`, as a link on that page does. */
  get(url: string, options?: RequestOptions): Promise<Page>
  /** One request; a redirect is shown, not followed. */
  step(url: string, options?: RequestOptions): Promise<Page>
  /** What a page's script gets from fetch(), redirects shown and not followed. */
  xhr(url: string, options?: RequestOptions): Promise<Page>
  /** Presses a button of one of the page's forms. */
  submit(page: Page, submission?: Submission): Promise<Page>
  /** Does what the script of a form_post page does. */
  submitFormPost(page: Page): Promise<Page>
  /** Loads the page's frames, where Lax cookies stay behind. */
  loadFrames(page: Page): Promise<Page[]>
}

/** A small browser for tests: cookies, redirects, forms and the headers that browsers add. */
export function createUserAgent(options: UserAgentOptions = {}): UserAgent {
  const { map = {}, maximumRedirects = 20, fetch: send = plainFetch } = options
  const cookies = createCookieJar(options)
  const history: Hop[] = []

  async function request(
    kind: RequestKind,
    url: URL,
    asked: RequestOptions,
    before: readonly Hop[],
  ) {
    const { method = 'GET', from, body } = asked
    const target = new URL(url.pathname + url.search, url.origin)
    const redirectedBy = before.map((hop) => hop.url)
    const added = browserHeaders({ kind, method, target, from, redirectedBy }, cookies)
    const requestHeaders = { ...added, ...asked.headers }
    const response = await send(physicalUrl(target, map), {
      method,
      headers: requestHeaders,
      redirect: 'manual',
      ...(body !== undefined && { body }),
    })
    cookies.store(target, response.headers.getSetCookie())
    const { status, headers } = response
    const location = redirectOf(response, url)
    const hop: Hop = { method, url: url.href, requestHeaders, status, headers, ...location }
    history.push(hop)
    return { ...hop, html: await response.text(), hops: [...before, hop] }
  }

  async function navigate(kind: RequestKind, url: string, asked: RequestOptions): Promise<Page> {
    let page: Page = await request(kind, new URL(url), asked, [])
    while (page.location !== undefined) {
      if (page.hops.length > maximumRedirects) throw tooManyRedirects(page)
      const again = afterRedirect(page, asked)
      page = await request(kind, new URL(page.location), again, page.hops)
    }
    return page
  }

  function sendForm(page: Page, form: Form, pairs: [string, string][]): Promise<Page> {
    const body = new URLSearchParams(pairs).toString()
    const action = new URL(form.action === '' ? page.url : form.action, page.url)
    if (form.method === 'POST') {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      return navigate('navigation', action.href, { method: 'POST', headers, body, from: page })
    }
    action.search = body
    return navigate('navigation', action.href, { from: page })
  }

  return {
    cookies,
    history,
    get: (url, asked = {}) => navigate('navigation', url, asked),
    step: (url, asked = {}) => request('navigation', new URL(url), asked, []),
    xhr: (url, asked = {}) => request('script', new URL(url), asked, []),
    async submit(page, { button: wanted, fields } = {}) {
      const { form, button } = findButton(page.html, wanted)
      return sendForm(page, form, entriesOf(form, button, fields))
    },
    async submitFormPost(page) {
      const [form] = formsOf(page.html)
      if (form === undefined) throw new Error(`There is no form on ${page.url}.`)
      return sendForm(page, form, entriesOf(form, undefined))
    },
    async loadFrames(page) {
      const frames = tagsOf(page.html).filter((tag) => tag.name === 'iframe' && !tag.closing)
      const sources = frames.flatMap(({ attributes }) => attributes.get('src') ?? [])
      return Promise.all(
        sources.map((source) => navigate('frame', new URL(source, page.url).href, { from: page })),
      )
    },
  }
}

function physicalUrl(target: URL, map: Readonly<Record<string, string>>): URL {
  const origin = map[target.host]
  return origin === undefined ? target : new URL(origin + target.pathname + target.search)
}

/** A redirect without a fragment of its own keeps the one before it (RFC 9110 section 10.2.2). */
function redirectOf(response: Response, url: URL): { location?: string } {
  const location = response.headers.get('location')
  if (location === null || ![301, 302, 303, 307, 308].includes(response.status)) return {}
  const target = new URL(location, url)
  if (!location.includes('#')) target.hash = url.hash
  return { location: target.href }
}

/** What stays of a request when its answer was a redirect: 307 and 308 keep method and body. */
function afterRedirect(page: Page, { method = 'GET', headers, body, from }: RequestOptions) {
  const source = from === undefined ? {} : { from }
  const keepsMethod = page.hops.every(({ status }) => status === 307 || status === 308)
  if (!keepsMethod || body === undefined) return source
  return { ...source, method, body, ...(headers !== undefined && { headers }) }
}

function tooManyRedirects(page: Page): Error {
  const last = page.hops.slice(-4).map(({ status, url }) => `${status} ${url}`)
  return new Error(`Redirected ${page.hops.length} times, at last:\n${last.join('\n')}`)
}
