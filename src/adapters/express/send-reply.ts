import type { Response } from 'express'
import type { Reply } from '../../middleware/reply.js'

/** Sends a finished answer; cookies that others have set stay. */
export function sendReply(response: Response, reply: Reply): void {
  response.status(reply.status)
  for (const [name, value] of reply.headers) {
    if (name.toLowerCase() === 'set-cookie') response.append(name, value)
    else response.setHeader(name, value)
  }
  response.end(reply.body)
}
