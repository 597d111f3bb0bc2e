import type { Context } from 'koa'
import type { Header } from '../../middleware/reply.js'
import type { RequestView } from '../../middleware/request-view.js'
import type { SessionPort } from '../../stores/session-port.js'
import { addHeaders } from '../node-http/add-headers.js'
import { formOf } from '../node-http/form.js'
import { headerOf, rawValuesOf } from '../node-http/raw-header.js'
import { sessionOf } from './koa-session.js'

/** A Koa context as the core sees it. */
export function viewOf(context: Context): RequestView {
  return new KoaView(context)
}

/** A class, so that a request costs one small object: getters and functions are shared by all. */
class KoaView implements RequestView {
  readonly key: Context['req']
  readonly #context: Context

  constructor(context: Context) {
    this.key = context.req
    this.#context = context
  }

  get method(): string {
    return this.#context.method
  }

  get url(): string {
    return this.#context.originalUrl
  }

  get authorization(): readonly string[] {
    return rawValuesOf(this.key, 'authorization')
  }

  header(name: string): string | undefined {
    return headerOf(this.key, name)
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
