import type { EntraError } from '../protocol/entra-error.js'
import type { Departures } from './departures.js'
import type { Errand, Errands } from './errands.js'
import { errorBodyOf } from './error-page.js'
import { senderOf } from './navigation.js'
import { pageReply, type RenderPage } from './page.js'
import { json, redirect, type Header, type Reply } from './reply.js'
import type { RequestView } from './request-view.js'

/** @param error What a program is told. */
export type SendAway = (
  request: RequestView,
  errand: Errand & { readonly error: EntraError },
) => Promise<Reply>

/**
 * Gets the user what a request lacks: a page goes to sign in and comes back, a form shows a page
 * with a button, so that nothing typed is lost without a word, and a program gets 401 and JSON with
 * the address that a browser has to be sent to.
 */
export function createSendAway(settings: {
  readonly departures: Departures
  readonly errands: Errands
  readonly page: RenderPage | undefined
}): SendAway {
  const { departures, errands, page } = settings

  return async function sendAway(request, { error, content, hints }) {
    const sender = senderOf(request)
    if (sender === 'program') {
      const signInUrl = await errands.addressOf({ content, hints }, departures.pageBefore(request))
      return json(401, { ...errorBodyOf(error), signInUrl }, Object.entries(error.headers))
    }
    const returnTo =
      sender === 'page' ? departures.returnTo(request.url) : departures.pageBefore(request)
    const { url, headers } = await departures.begin(request, { ...content, returnTo }, hints)
    return sender === 'page' ? redirect(302, url, headers) : formPage(url, headers)
  }

  /** The result of a POST: reloading it makes the browser offer to send the form again. */
  function formPage(url: string, headers: readonly Header[]): Promise<Reply> {
    return pageReply(
      401,
      {
        title: 'Sign in to go on',
        text: [
          'What you sent has not been processed yet, because you have to sign in first.',
          'Sign in in a new tab. Then come back to this one and reload it: your browser offers to ' +
            'send what you entered again.',
        ],
        action: { kind: 'link', label: 'Sign in', href: url, newTab: true },
      },
      { render: page, headers },
    )
  }
}
