import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { addsToOthers, type Header, type Reply } from '../../middleware/reply.js'

/** A finished answer; cookies, and headers made readable to pages, that others have set stay. */
export function responseOf(context: Context, reply: Reply): Response {
  for (const name of reply.without ?? []) context.header(name, undefined)
  addHeaders(context, reply.headers)
  const status = reply.status as ContentfulStatusCode // what has no content has no body either
  return reply.body === undefined ? context.body(null, status) : context.body(reply.body, status)
}

/** Adds headers to the answer, before it exists or after. */
export function addHeaders(context: Context, headers: readonly Header[]): void {
  for (const [name, value] of headers) {
    context.header(name, value, { append: addsToOthers(name) })
  }
}
