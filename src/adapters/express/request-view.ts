import type { Request } from 'express'
import type { Header } from '../../middleware/reply.js'
import type { RequestView } from '../../middleware/request-view.js'
import type { SessionPort } from '../../stores/session-port.js'
import { addHeaders } from '../node-http/add-headers.js'
import { formOf } from '../node-http/form.js'
import { NodeView } from '../node-http/node-view.js'
import { sessionOf } from './express-session.js'

/** An Express request as the core sees it. */
export function viewOf(request: Request): RequestView {
  return new ExpressView(request)
}

class ExpressView extends NodeView implements RequestView {
  readonly #request: Request

  constructor(request: Request) {
    super(request)
    this.#request = request
  }

  get method(): string {
    return this.#request.method
  }

  get url(): string {
    return this.#request.originalUrl
  }

  form(): Promise<URLSearchParams> {
    return formOf(this.#request, this.#request.body as unknown)
  }

  addHeaders(headers: readonly Header[]): boolean {
    return addHeaders(this.#request.res, headers)
  }

  get session(): SessionPort | undefined {
    return sessionOf(this.#request)
  }
}
