import { cookiesOf, setCookie, type CookieAttributes } from './cookies.js'
import type { Departures } from './departures.js'
import { senderOf } from './navigation.js'
import { redirect, type Header, type Reply } from './reply.js'
import type { RequestView } from './request-view.js'

/** Signs in people who are signed in at Entra already, without a question and without a page. */
export interface SilentAttempts {
  /** A redirect to try it; nothing when it was tried lately, or for anything but a page. */
  attempt(request: RequestView): Promise<Reply | undefined>
  /** Makes the browser go without further attempts for a while. */
  readonly notAgain: Header
}

export interface SilentAttemptSettings {
  readonly departures: Departures
  readonly cookieName: string
  readonly secure: boolean
}

/** Seconds: a working day. */
const quiet = 8 * 3600

export function createSilentAttempts(settings: SilentAttemptSettings): SilentAttempts {
  const { departures, cookieName, secure } = settings
  const attributes: CookieAttributes = { secure, sameSite: 'Lax', maxAge: quiet }
  const notAgain = setCookie(cookieName, '1', attributes)

  /** Browsers say that they open a page in a window; a crawler, which keeps no cookies, does not. */
  function isWorthIt(request: RequestView): boolean {
    if (request.method !== 'GET' || senderOf(request) !== 'page') return false
    if (request.header('sec-fetch-dest') !== 'document') return false
    return !cookiesOf(request.header('cookie')).some(([name]) => name === cookieName)
  }

  return {
    notAgain,
    async attempt(request) {
      if (!isWorthIt(request)) return undefined
      const content = { returnTo: departures.returnTo(request.url), silent: true } as const
      const { url, headers } = await departures.begin(request, content, {})
      return redirect(302, url, [...headers, notAgain])
    },
  }
}
