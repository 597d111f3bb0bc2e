import type { Context } from 'koa'
import { addsToOthers, type Reply } from '../../middleware/reply.js'

/** Sends a finished answer; cookies, and headers made readable to pages, that others have set stay. */
export function sendReply(context: Context, reply: Reply): void {
  context.status = reply.status
  context.body = reply.body ?? null
  context.status = reply.status // Koa makes an empty body 204
  for (const name of reply.without ?? []) context.remove(name)
  for (const [name, value] of reply.headers) {
    if (addsToOthers(name)) context.append(name, value)
    else context.set(name, value)
  }
}
