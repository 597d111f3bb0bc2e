import type { FastifyReply } from 'fastify'
import type { Reply } from '../../middleware/reply.js'
import { addHeaders } from './add-headers.js'
import { leaveFailedSession } from './server-session.js'

/** Sends a finished answer; cookies, and headers made readable to pages, that others have set stay. */
export function sendReply(reply: FastifyReply, answer: Reply): FastifyReply {
  for (const name of answer.without ?? []) {
    reply.removeHeader(name)
    reply.raw.removeHeader(name)
  }
  leaveFailedSession(reply.request)
  addHeaders(reply, answer.headers)
  return reply.code(answer.status).send(answer.body)
}
