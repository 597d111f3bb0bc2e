import type { ServerResponse } from 'node:http'
import { errorPage } from '../pages/error.js'
import { pageHeaders, type PageHeadersOptions } from '../pages/headers.js'
import { recordAnswer } from './record-outcome.js'
import type { AadstsError } from '../errors/aadsts-error.js'
import { errorBodyOf, type Trace } from '../errors/trace.js'

/** An answer, ready to be sent by whoever holds the response. */
export interface Reply {
  status: number
  headers: Record<string, string>
  body: string
}

export function sendReply(response: ServerResponse, { status, headers, body }: Reply): void {
  recordAnswer(response.req, { headers, body })
  response.writeHead(status, headers)
  response.end(body)
}

export function jsonReply(
  status: number,
  body: object,
  headers: Record<string, string> = {},
): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  }
}

export function pageReply(
  page: string,
  { status = 200, ...options }: PageHeadersOptions & { status?: number } = {},
): Reply {
  return { status, headers: pageHeaders(options), body: page }
}

export function redirectReply(location: string, status = 302): Reply {
  return { status, headers: { location, 'cache-control': 'no-store' }, body: '' }
}

/** The headers of the token endpoint, which real answers carry on success and failure alike. */
export function platformHeaders({ traceId }: Trace): Record<string, string> {
  return {
    'cache-control': 'no-store, no-cache',
    pragma: 'no-cache',
    expires: '-1',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    p3p: 'CP="DSP CUR OTPi IND OTRi ONL FIN"',
    'x-ms-request-id': traceId,
    'x-ms-ests-server': 'emulator',
  }
}

export function errorReply(
  error: AadstsError,
  { trace, origin }: { trace: Trace; origin: string },
): Reply {
  return jsonReply(error.status, errorBodyOf(error, trace, origin), {
    ...platformHeaders(trace),
    ...(error.retryAfter !== undefined && { 'retry-after': String(error.retryAfter) }),
    'x-ms-clitelem': `1,${error.code},0,,`,
  })
}

/** For mistakes that must not be sent to a redirect URI, and for people. */
export function errorPageReply({ code, message, status }: AadstsError, trace: Trace): Reply {
  return pageReply(errorPage({ code, message, trace }), { status })
}
