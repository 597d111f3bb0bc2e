import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RequestView } from '../../middleware/request-view.js'
import { formOf } from '../node-http/form.js'
import { headerOf, rawValuesOf } from '../node-http/raw-header.js'
import { addHeaders } from './add-headers.js'
import { sessionOf } from './fastify-session.js'

/** A Fastify request as the core sees it; without its reply nothing can be added to the answer. */
export function viewOf(request: FastifyRequest, reply?: FastifyReply): RequestView {
  return {
    key: request.raw,
    method: request.method,
    url: request.originalUrl,
    get authorization() {
      return rawValuesOf(request.raw, 'authorization')
    },
    header: (name) => headerOf(request.raw, name),
    form: () => formOf(request.raw, request.body),
    addHeaders: (headers) => addHeaders(reply, headers),
    get session() {
      return sessionOf(request)
    },
  }
}
