import type { Request } from 'express'
import type { Header } from '../../middleware/reply.js'
import type { RequestView } from '../../middleware/request-view.js'
import type { SessionPort } from '../../stores/session-port.js'
import { addHeaders } from '../node-http/add-headers.js'
import { formOf } from '../node-http/form.js'
import { headerOf, rawValuesOf } from '../node-http/raw-header.js'
import { sessionOf } from './express-session.js'

/** An Express request as the core sees it. */
export function viewOf(request: Request): RequestView {
  return new ExpressView(request)
}

/** A class, so that a request costs one small object: getters and functions are shared by all. */
class ExpressView implements RequestView {
  readonly key: Request

  constructor(request: Request) {
    this.key = request
  }

  get method(): string {
    return this.key.method
  }

  get url(): string {
    return this.key.originalUrl
  }

  get authorization(): readonly string[] {
    return rawValuesOf(this.key, 'authorization')
  }

  header(name: string): string | undefined {
    return headerOf(this.key, name)
  }

  form(): Promise<URLSearchParams> {
    return formOf(this.key, this.key.body as unknown)
  }

  addHeaders(headers: readonly Header[]): boolean {
    return addHeaders(this.key.res, headers)
  }

  get session(): SessionPort | undefined {
    return sessionOf(this.key)
  }
}
