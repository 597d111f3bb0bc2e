import type { PlatformFault } from '../protocol/platform-unavailable-error.js'
import type { Clock } from './clock.js'

const largestDocument = 1024 * 1024

/** A document of the platform could not be had; `failure` is the kind, never text from the wire. */
export class DocumentUnavailable extends Error {
  readonly failure: PlatformFault['failure']
  /** What the platform asked for with Retry-After, in milliseconds. */
  readonly retryAfter: number | undefined
  /** HTTP status of an answer that was none. */
  readonly status: number | undefined

  constructor(failure: PlatformFault['failure'], retryAfter?: number, status?: number) {
    super(`The document is unavailable: ${failure}.`)
    this.failure = failure
    this.retryAfter = retryAfter
    this.status = status
  }
}

export interface JsonDocument {
  readonly content: unknown
  /** The platform's own clock when it answered, in milliseconds since the epoch. */
  readonly serverTime: number | undefined
}

export interface DocumentRequest {
  readonly fetch: typeof fetch
  readonly clock: Clock
  /** Ends the attempt as a whole: connection, headers and body. */
  readonly deadline: AbortSignal
}

/**
 * Fetches a small JSON document. At most 1 MiB is read, counted after decompression; redirects are
 * not followed; whatever the content type says, the body must be UTF-8 JSON. A connection that the
 * other side had closed while it was idle is tried once more.
 *
 * @throws DocumentUnavailable
 */
export async function fetchJson(url: string, request: DocumentRequest): Promise<JsonDocument> {
  const response = await whileTimeRemains(request.deadline, sendTwice(url, request))
  if (response.status !== 200) {
    dismiss(response)
    const retryAfter = retryAfterOf(response, request.clock)
    throw new DocumentUnavailable('status', retryAfter, response.status)
  }
  const text = await whileTimeRemains(request.deadline, readText(response))
  return { content: parse(text), serverTime: serverTimeOf(response) }
}

async function sendTwice(url: string, request: DocumentRequest): Promise<Response> {
  try {
    return await send(url, request)
  } catch (error) {
    if (!isClosedConnection(error)) throw error
    return send(url, request)
  }
}

function send(url: string, request: DocumentRequest): Promise<Response> {
  return request.fetch(url, {
    redirect: 'manual',
    signal: request.deadline,
    headers: { accept: 'application/json' },
  })
}

const closedConnection = new Set<unknown>(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

// Looked at by their members: errors of fetch may be of another realm than this module's.
function isClosedConnection(error: unknown): boolean {
  const cause = isObject(error) && 'cause' in error ? error.cause : undefined
  return isObject(cause) && 'code' in cause && closedConnection.has(cause.code)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Holds even a fetch that ignores its signal to the deadline. */
async function whileTimeRemains<Value>(
  deadline: AbortSignal,
  work: Promise<Value>,
): Promise<Value> {
  let end: () => void = () => undefined
  const late = new Promise<never>((_resolve, reject) => {
    end = () => reject(new DocumentUnavailable('timeout'))
    if (deadline.aborted) end()
    else deadline.addEventListener('abort', end)
  })
  try {
    return await Promise.race([work, late])
  } catch (error) {
    if (error instanceof DocumentUnavailable) throw error
    throw new DocumentUnavailable(deadline.aborted ? 'timeout' : 'network')
  } finally {
    deadline.removeEventListener('abort', end)
  }
}

async function readText(response: Response): Promise<string> {
  if (response.body === null) throw new DocumentUnavailable('content')
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size > largestDocument) {
      reader.cancel().catch(() => undefined)
      throw new DocumentUnavailable('content')
    }
    chunks.push(value)
  }
  return decode(chunks, size)
}

function decode(chunks: readonly Uint8Array[], size: number): string {
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new DocumentUnavailable('content')
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new DocumentUnavailable('content')
  }
}

function dismiss(response: Response): void {
  response.body?.cancel().catch(() => undefined)
}

function retryAfterOf(response: Response, clock: Clock): number | undefined {
  const text = response.headers.get('retry-after')
  if (text === null) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - clock())
}

function serverTimeOf(response: Response): number | undefined {
  const date = Date.parse(response.headers.get('date') ?? '')
  return Number.isNaN(date) ? undefined : date
}
