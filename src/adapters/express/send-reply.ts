import type { Response } from 'express'
import { addsToOthers, type Reply } from '../../middleware/reply.js'

/** Sends a finished answer; cookies, and headers made readable to pages, that others have set stay. */
export function sendReply(response: Response, reply: Reply): void {
  response.status(reply.status)
  for (const name of reply.without ?? []) response.removeHeader(name)
  for (const [name, value] of reply.headers) {
    if (addsToOthers(name)) response.append(name, value)
    else response.setHeader(name, value)
  }
  response.end(reply.body)
}
