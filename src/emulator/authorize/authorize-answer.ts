import type { AadstsError } from '../errors/aadsts-error.js'
import { descriptionOf, errorUriOf, traceFor } from '../errors/trace.js'
import { redirectReply, type Reply } from '../http/reply.js'
import { pageHeaders } from '../pages/headers.js'
import type { Platform } from '../platform/platform.js'
import type { AuthorizeRequest } from './authorize-request.js'
import { formPostHeaders, formPostPage } from './form-post-page.js'

export type AnswerDestination = Pick<
  AuthorizeRequest,
  'redirectUri' | 'responseMode' | 'state' | 'correlationId'
>

/** Hands the answer to the application, in the way it asked for. */
export function authorizeAnswer(
  { redirectUri, responseMode }: AnswerDestination,
  fields: Record<string, string>,
): Reply {
  if (responseMode !== 'form_post')
    return redirectReply(addressOf(redirectUri, responseMode, fields))
  return {
    status: 200,
    headers: formPostHeaders(pageHeaders()),
    body: formPostPage(redirectUri, fields),
  }
}

export function authorizeErrorAnswer(
  { now, origin }: Pick<Platform, 'now' | 'origin'>,
  destination: AnswerDestination,
  error: AadstsError,
): Reply {
  const trace = traceFor(now(), destination.correlationId)
  return authorizeAnswer(destination, {
    error: error.error,
    ...(error.subcode !== undefined && { error_subcode: error.subcode }),
    ...(error.suberror !== undefined && { suberror: error.suberror }),
    error_description: descriptionOf(error, trace),
    error_uri: errorUriOf(error, origin),
    ...(error.claims !== undefined && { claims: error.claims }),
    ...(destination.state !== undefined && { state: destination.state }),
  })
}

/** Query answers end in an empty fragment, so that no fragment of before is carried along. */
function addressOf(
  redirectUri: string,
  mode: 'query' | 'fragment',
  fields: Record<string, string>,
): string {
  const address = new URL(redirectUri)
  const encoded = new URLSearchParams(fields).toString()
  if (mode === 'fragment') return `${address.href}#${encoded}`
  return `${address.href}${address.search === '' ? '?' : '&'}${encoded}#`
}
