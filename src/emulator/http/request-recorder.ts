import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Endpoint, RequestRecord } from '../emulator.js'
import { attachRecord } from './record-outcome.js'

export interface RequestRecorder {
  readonly records: RequestRecord[]
  start(request: IncomingMessage, response: ServerResponse, about: RecordStart): RequestRecord
}

interface RecordStart {
  endpoint: Endpoint
  url: URL
  tenant: string | undefined
}

/** Keeps what was asked, so that tests can look; the oldest go when there are many. */
export function createRequestRecorder(): RequestRecorder {
  const records: RequestRecord[] = []
  return {
    records,
    start(request, response, { endpoint, url, tenant }) {
      const record: RequestRecord = {
        endpoint,
        method: request.method ?? '',
        path: url.pathname,
        tenant,
        parameters: {},
        status: 0,
      }
      addParameters(record, url.searchParams)
      records.push(record)
      if (records.length > 10_000) records.shift()
      attachRecord(request, record)
      response.once('finish', () => {
        record.status = response.statusCode
      })
      return record
    },
  }
}

/** Values that would let a reader act for somebody are not kept. */
export function addParameters(record: RequestRecord, parameters: URLSearchParams): void {
  for (const [name, value] of parameters) {
    record.parameters[name] = secrets.has(name) ? '[redacted]' : value
  }
}

const secrets = new Set([
  'access_token',
  'assertion',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'id_token_hint',
  'password',
  'refresh_token',
])
