import type { IncomingMessage, ServerResponse } from 'node:http'
import { requestUrlOf } from '../http/request-url.js'
import type { RequestRecorder } from '../http/request-recorder.js'
import type { RequestRecord } from '../request-record.js'
import { logEntry } from './log-entry.js'

/**
 * Server-sent events: one for every request. Whoever was away for a moment says which one they saw
 * last. https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function streamLog(
  recorder: RequestRecorder,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { searchParams } = requestUrlOf(request, 'http://localhost')
  const seen = Number(request.headers['last-event-id'] ?? searchParams.get('after') ?? 0)
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.write(': the log of requests\n\n')
  for (const record of recorder.records) {
    if (record.number > seen && record.duration !== undefined) send(response, record)
  }
  const unsubscribe = recorder.subscribe((record) => {
    send(response, record)
  })
  response.once('close', unsubscribe)
}

function send(response: ServerResponse, record: RequestRecord): void {
  const entry = JSON.stringify(logEntry(record).text)
  response.write(`id: ${record.number}\ndata: ${entry}\n\n`)
}
