import type { Context } from 'koa'
import type { Header } from '../../middleware/reply.js'
import type { RequestView } from '../../middleware/request-view.js'
import type { SessionPort } from '../../stores/session-port.js'
import { addHeaders } from '../node-http/add-headers.js'
import { formOf } from '../node-http/form.js'
import { NodeView } from '../node-http/node-view.js'
import { sessionOf } from './koa-session.js'

/** A Koa context as the core sees it. */
export function viewOf(context: Context): RequestView {
  return new KoaView(context)
}

class KoaView extends NodeView implements RequestView {
  readonly #context: Context

  constructor(context: Context) {
    super(context.req)
    this.#context = context
  }

  get method(): string {
    return this.#context.method
  }

  get url(): string {
    return this.#context.originalUrl
  }

  form(): Promise<URLSearchParams> {
    return formOf(this.key, parsedBodyOf(this.#context))
  }

  addHeaders(headers: readonly Header[]): boolean {
    return addHeaders(this.#context.res, headers)
  }

  get session(): SessionPort | undefined {
    return sessionOf(this.#context)
  }
}

/** Koa's body parsers leave what they read on `ctx.request.body`. */
function parsedBodyOf(context: Context): unknown {
  return (context.request as { body?: unknown }).body
}
