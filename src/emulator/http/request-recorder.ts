import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Endpoint } from '../emulator-switches.js'
import type { RequestRecord } from '../request-record.js'
import { attachRecord, recordTokens } from './record-outcome.js'
import { isSecret, redacted } from './redact.js'

export interface RequestRecorder {
  readonly records: RequestRecord[]
  start(request: IncomingMessage, response: ServerResponse, about: RecordStart): RequestRecord
  /** Tells of every request when it is answered or has broken off; returns how to end that. */
  subscribe(listener: (record: RequestRecord) => void): () => void
}

interface RecordStart {
  endpoint: Endpoint
  url: URL
  tenant: string | undefined
}

/** So many are kept, and so many with their answers. */
const kept = 10_000
const keptWithAnswer = 500

/** Keeps what was asked, so that tests can look; the oldest go when there are many. */
export function createRequestRecorder(): RequestRecorder {
  const records: RequestRecord[] = []
  const listeners = new Set<(record: RequestRecord) => void>()
  let count = 0
  return {
    records,
    start(request, response, { endpoint, url, tenant }) {
      const started = performance.now()
      const record: RequestRecord = {
        number: (count += 1),
        time: Date.now(),
        endpoint,
        method: request.method ?? '',
        path: url.pathname,
        tenant,
        parameters: {},
        headers: headersOf(request),
        status: 0,
      }
      addParameters(record, url.searchParams)
      keep(records, record)
      attachRecord(request, record)
      response.once('finish', () => {
        record.status = response.statusCode
      })
      response.once('close', () => {
        record.duration = Math.round(performance.now() - started)
        for (const listener of listeners) listener(record)
      })
      return record
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function keep(records: RequestRecord[], record: RequestRecord): void {
  records.push(record)
  if (records.length > kept) records.shift()
  const old = records.at(-keptWithAnswer - 1)
  if (old === undefined) return
  delete old.answer
  delete old.tokens
}

/** Values that would let a reader act for somebody are not kept. */
export function addParameters(record: RequestRecord, parameters: URLSearchParams): void {
  for (const [name, value] of parameters) {
    record.parameters[name] = isSecret(name) ? redacted : value
  }
  recordTokens(record, parameters)
}

const telling = ['client-request-id', 'metadata', 'origin', 'x-identity-header'] as const

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const told = telling.flatMap((name): [string, string][] => {
    const value = headers[name]
    if (typeof value !== 'string') return []
    return [[name, name === 'x-identity-header' ? redacted : value]]
  })
  const [scheme] = headers.authorization?.split(' ', 1) ?? []
  return Object.fromEntries(
    scheme === undefined ? told : [...told, ['authorization', `${scheme} ${redacted}`]],
  )
}
