import { EntraError } from '../protocol/entra-error.js'
import { endingWith } from './call-deadline.js'
import { isNetworkFailure } from './retried-call.js'

/** What an API answers with, when the program does not say it more exactly. */
export type Resource = Record<string, unknown>

/** Calls of one API in JSON; `Init` is what a program may say beside path and body. */
export interface JsonCalls<Init> {
  /** Reads a resource. */
  get<Answer = Resource>(path: string, init?: Init): Promise<Answer>
  /**
   * Creates a resource or calls an action; sent once more only when the API has not carried it out.
   *
   * @param body What becomes the JSON of the request.
   * @returns The API's answer; undefined when it answers without one (201, 202, 204).
   */
  post<Answer = Resource | undefined>(path: string, body: unknown, init?: Init): Promise<Answer>
  /** Puts a resource in a place. */
  put<Answer = Resource | undefined>(path: string, body: unknown, init?: Init): Promise<Answer>
  /** Changes a resource. */
  patch<Answer = Resource | undefined>(path: string, body: unknown, init?: Init): Promise<Answer>
  /** Removes a resource. */
  delete<Answer = Resource | undefined>(path: string, init?: Init): Promise<Answer>
  /** The API's answer as it is, whatever its status: for streams, pictures, other formats. */
  fetch(path: string, init?: Init & Pick<RequestInit, 'method' | 'body'>): Promise<Response>
}

export type Unreachable = 'network' | 'timeout' | 'content'

export interface JsonCallSettings<Init> {
  readonly send: (path: string, init: Init & RequestInit) => Promise<Response>
  /** Completes the headers of a call before it is sent. */
  readonly prepare?: (headers: Headers) => void
  /** Milliseconds until a call is given up, its body included. */
  readonly timeout: number
  readonly refused: (response: Response, call: JsonCall) => Promise<Error>
  readonly unreachable: (failure: Unreachable, call: JsonCall) => Error
}

export interface JsonCall {
  readonly method: string
  readonly path: string
  readonly headers: Headers
}

export function createJsonCalls<Init extends Pick<RequestInit, 'headers' | 'signal'>>(
  settings: JsonCallSettings<Init>,
): JsonCalls<Init> {
  const nothing = {} as Init // each of its members may be left out

  async function ask(method: string, path: string, init = nothing, body?: string) {
    const headers = new Headers(init.headers)
    if (!headers.has('accept')) headers.set('accept', 'application/json')
    if (body !== undefined && !headers.has('content-type'))
      headers.set('content-type', 'application/json')
    settings.prepare?.(headers)
    const call = { method, path, headers }
    const deadline = AbortSignal.timeout(settings.timeout)
    /** What it means to fail now; a mistake of the program until there is an answer. */
    let failsAs: Unreachable | undefined
    const { signal: given } = init
    const signal = endingWith(given, deadline)
    try {
      const sent = { ...init, method, headers, signal, ...(body === undefined ? {} : { body }) }
      const response = await settings.send(path, sent)
      if (!response.ok) throw await settings.refused(response, call)
      failsAs = 'network'
      const text = await response.text()
      failsAs = 'content'
      return contentOf(text)
    } catch (error) {
      if (error instanceof EntraError || given?.aborted === true) throw error
      if (isNetworkFailure(error)) failsAs = 'network'
      const failure = deadline.aborted ? 'timeout' : failsAs
      throw failure === undefined ? error : settings.unreachable(failure, call)
    }
  }

  // Who calls says what the API documents for the path; nothing here could know better.
  return {
    async get<Answer>(path: string, init?: Init) {
      return (await ask('GET', path, init)) as Answer
    },
    async post<Answer>(path: string, body: unknown, init?: Init) {
      return (await ask('POST', path, init, JSON.stringify(body))) as Answer
    },
    async put<Answer>(path: string, body: unknown, init?: Init) {
      return (await ask('PUT', path, init, JSON.stringify(body))) as Answer
    },
    async patch<Answer>(path: string, body: unknown, init?: Init) {
      return (await ask('PATCH', path, init, JSON.stringify(body))) as Answer
    },
    async delete<Answer>(path: string, init?: Init) {
      return (await ask('DELETE', path, init)) as Answer
    },
    fetch: (path, init = nothing) => settings.send(path, init),
  }
}

function contentOf(text: string): unknown {
  return text === '' ? undefined : (JSON.parse(text) as unknown)
}
