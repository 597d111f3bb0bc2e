import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Header } from '../../middleware/reply.js'
import type { RequestView } from '../../middleware/request-view.js'
import type { SessionPort } from '../../stores/session-port.js'
import { formOf } from '../node-http/form.js'
import { NodeView } from '../node-http/node-view.js'
import { addHeaders } from './add-headers.js'
import { sessionOf } from './fastify-session.js'

/** A Fastify request as the core sees it; without its reply nothing can be added to the answer. */
export function viewOf(request: FastifyRequest, reply?: FastifyReply): RequestView {
  return new FastifyView(request, reply)
}

class FastifyView extends NodeView implements RequestView {
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply | undefined

  constructor(request: FastifyRequest, reply: FastifyReply | undefined) {
    super(request.raw)
    this.#request = request
    this.#reply = reply
  }

  get method(): string {
    return this.#request.method
  }

  get url(): string {
    return this.#request.originalUrl
  }

  form(): Promise<URLSearchParams> {
    return formOf(this.key, this.#request.body)
  }

  addHeaders(headers: readonly Header[]): boolean {
    return addHeaders(this.#reply, headers)
  }

  get session(): SessionPort | undefined {
    return sessionOf(this.#request)
  }
}
