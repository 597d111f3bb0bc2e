import type { RequestView } from './request-view.js'

/** What can be done for the one who sent a request. */
export type Sender =
  /** A person opens a page: can be sent elsewhere and come back. */
  | 'page'
  /** A person sent a form: what it held would be lost by a redirect. */
  | 'form'
  /** A program: needs a status and JSON. */
  | 'program'

/** Tells people from programs by what browsers send (Fetch Metadata, Accept) and scripts set. */
export function senderOf(request: RequestView): Sender {
  const mode = request.header('sec-fetch-mode')
  if (mode !== undefined && mode !== 'navigate') return 'program'
  if (request.header('x-requested-with') !== undefined) return 'program'
  if (!/\b(?:text\/html|application\/xhtml\+xml)\b/i.test(request.header('accept') ?? '')) {
    return 'program'
  }
  return request.method === 'GET' || request.method === 'HEAD' ? 'page' : 'form'
}
