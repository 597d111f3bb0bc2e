import type { SignInAnswer, SignInAnswers } from '../emulator.js'
import type { Platform } from '../platform/platform.js'

/** Where the emulator is called, and what it calls itself. */
export interface SignInPlace {
  platform: Pick<Platform, 'origin' | 'registry' | 'directory'>
  listening: string
}

/**
 * A user at the pages: chooses the account, answers the consent page, and ends with what the
 * application is sent back.
 */
export async function answerSignIn(
  place: SignInPlace,
  authorizeUrl: string,
  answers: SignInAnswers,
): Promise<SignInAnswer> {
  const browser = createBrowser(place)
  const ids = userIdsOf(place, answers.user)
  let page = await browser.open(authorizeUrl)
  for (let turn = 0; turn < 6; turn += 1) {
    if ('location' in page) return { method: 'GET', url: page.location }
    const form = postedForm(page.html)
    if (form !== undefined) return form
    page = await browser.submit(page, fieldsFor(page.html, { ...answers, ids }))
  }
  throw new Error('The emulator keeps asking; the sign-in does not end.')
}

/** The user named, and the guests that they are elsewhere. */
function userIdsOf({ platform: { directory, registry } }: SignInPlace, named: string): string[] {
  const wanted = named.toLowerCase()
  const users = directory.tenants.flatMap((tenant) => tenant.users)
  const found =
    registry.user(named)?.user ??
    users.find(({ userPrincipalName }) => userPrincipalName.toLowerCase() === wanted)
  if (found !== undefined) return [found.id, ...registry.guestsOf(found.id)]
  const known = users.map(({ userPrincipalName }) => userPrincipalName).join(', ')
  throw new Error(`The directory has no user '${named}'. It has: ${known}.`)
}

/** What the user presses on this page, or why there is nothing to press. */
function fieldsFor(
  html: string,
  { user, ids, consent = 'accept', forOrganization = false }: SignInAnswers & { ids: string[] },
): Record<string, string> {
  if (html.includes('name="user"')) {
    const offered = ids.find((id) => html.includes(`value="${id}"`))
    if (offered !== undefined) return { user: offered }
    throw new Error(`The account picker does not offer the user ${user}: ${headlineOf(html)}`)
  }
  if (html.includes('name="decision"')) {
    return { decision: consent, ...(forOrganization && { organization: '1' }) }
  }
  throw new Error(`The sign-in ended on a page of the emulator: ${headlineOf(html)}`)
}

/** The page's own words, for people. */
function headlineOf(html: string): string {
  const body = html.slice(html.indexOf('<main')).replace(/<[^>]*>/g, ' ')
  return body.replace(/\s+/g, ' ').trim().slice(0, 400)
}

/** `response_mode=form_post`: a page that posts itself to the application. */
function postedForm(html: string): SignInAnswer | undefined {
  const [, action] = /action="([^"]*)" name="hiddenform"/.exec(html) ?? []
  if (action === undefined) return undefined
  const fields = [...html.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)]
  return {
    method: 'POST',
    url: unescaped(action),
    fields: Object.fromEntries(fields.map(([, name = '', value = '']) => [name, unescaped(value)])),
  }
}

function unescaped(text: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
  return text.replace(/&(#?\w+);/g, (whole, name: string) => entities[name] ?? whole)
}

/** A page of the emulator, or the address outside of it where the journey leads. */
type Page = { url: string; html: string } | { location: string }

function createBrowser({ platform: { origin }, listening }: SignInPlace) {
  const cookies = new Map<string, string>()

  async function request(url: string, init: RequestInit): Promise<Page> {
    let current = url
    let next = init
    for (let hop = 0; hop < 10; hop += 1) {
      const target = new URL(current)
      if (![origin, listening].includes(target.origin)) return { location: current }
      const response = await fetch(listening + target.pathname + target.search, {
        ...next,
        headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
        redirect: 'manual',
      })
      for (const cookie of response.headers.getSetCookie()) store(cookies, cookie)
      const html = await response.text()
      const location = response.headers.get('location')
      if (location === null) return { url: current, html }
      current = new URL(location, current).href
      next = { method: 'GET' }
    }
    throw new Error(`The emulator redirects in circles, at last to ${current}.`)
  }

  return {
    open: (url: string) => request(url, { method: 'GET' }),
    submit: ({ url }: { url: string }, fields: Record<string, string>) =>
      request(url, { method: 'POST', body: new URLSearchParams(fields) }),
  }
}

function store(cookies: Map<string, string>, header: string): void {
  const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(header) ?? []
  if (value === '' || /expires=Thu, 01 Jan 1970/i.test(header)) cookies.delete(name)
  else cookies.set(name, value)
}
