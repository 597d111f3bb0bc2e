import type { SessionPort } from '../stores/session-port.js'
import type { Header } from './reply.js'

/** What any framework can tell about a request; adapters build it lazily. */
export interface RequestView {
  /** Identity of the request: what is known about it is remembered under this object. */
  readonly key: object
  readonly method: string
  /** Path and query as the browser sent them (`originalUrl`), never absolute. */
  readonly url: string
  /** Every raw `Authorization` value, so that duplicates are seen. */
  readonly authorization: readonly string[]
  /** A header by its lower-case name; several values joined as HTTP joins them. */
  header(name: string): string | undefined
  /** The urlencoded body, with or without a body parser in front; bounded. */
  form(): Promise<URLSearchParams>
  /**
   * Adds headers to the answer, whoever gives it; a cookie replaces an earlier one of its name.
   *
   * @returns whether it was in time: false when the answer has begun, or there is none.
   */
  addHeaders(headers: readonly Header[]): boolean
  /** The framework's session, if one is mounted. */
  readonly session: SessionPort | undefined
}

/** The path of a request's URL, without its query. */
export function pathOf(request: Pick<RequestView, 'url'>): string {
  const end = request.url.search(/[?#]/)
  return end === -1 ? request.url : request.url.slice(0, end)
}

/** The query of a request's URL. */
export function queryOf(request: Pick<RequestView, 'url'>): URLSearchParams {
  const start = request.url.indexOf('?')
  return new URLSearchParams(start === -1 ? '' : request.url.slice(start + 1))
}
