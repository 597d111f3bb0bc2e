import { randomUUID } from 'node:crypto'
import type { Trace } from '../pages/trace.js'
import type { AadstsError } from './aadsts-error.js'

export type { Trace } from '../pages/trace.js'

/** New identifiers for one answer; the caller's `client-request-id` becomes the correlation id. */
export function traceFor(now: number, clientRequestId: string | undefined): Trace {
  const correlationId = clientRequestId !== undefined && isGuid(clientRequestId)
  return {
    traceId: randomUUID(),
    correlationId: correlationId ? clientRequestId : randomUUID(),
    timestamp: new Date(now)
      .toISOString()
      .replace('T', ' ')
      .replace(/\.\d+Z$/, 'Z'),
  }
}

/** `AADSTSnnnn: …` with the three lines that end every description. */
export function descriptionOf({ code, message }: AadstsError, trace: Trace): string {
  return [
    `AADSTS${code}: ${message}`,
    `Trace ID: ${trace.traceId}`,
    `Correlation ID: ${trace.correlationId}`,
    `Timestamp: ${trace.timestamp}`,
  ].join('\r\n')
}

/** The JSON body of a failed call. */
export function errorBodyOf(error: AadstsError, trace: Trace, origin: string): object {
  return {
    error: error.error,
    error_description: descriptionOf(error, trace),
    error_codes: [error.code],
    timestamp: trace.timestamp,
    trace_id: trace.traceId,
    correlation_id: trace.correlationId,
    error_uri: errorUriOf(error, origin),
    ...(error.suberror !== undefined && { suberror: error.suberror }),
    ...(error.claims !== undefined && { claims: error.claims }),
  }
}

export function errorUriOf({ code }: AadstsError, origin: string): string {
  return `${origin}/error?code=${code}`
}

function isGuid(text: string): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)
}
