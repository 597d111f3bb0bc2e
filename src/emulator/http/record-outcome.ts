import type { IncomingMessage } from 'node:http'
import type { RequestRecord } from '../emulator.js'
import type { AadstsError } from '../errors/aadsts-error.js'

const records = new WeakMap<IncomingMessage, RequestRecord>()

/** Remembers which record a request has, for those who only see the request. */
export function attachRecord(request: IncomingMessage, record: RequestRecord): void {
  records.set(request, record)
}

/** Notes the refusal a request met. */
export function recordOutcome(request: IncomingMessage, { error, code }: AadstsError): void {
  const record = records.get(request)
  if (record !== undefined) Object.assign(record, { error, codes: [code] })
}
