import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { recordAnswer } from '../http/record-outcome.js'
import { GraphError } from './graph-error.js'

/** The two ids that every answer of Graph carries, in headers and in errors. */
export interface RequestIds {
  requestId: string
  clientRequestId: string
}

export function idsOf(request: IncomingMessage): RequestIds {
  const requestId = randomUUID()
  const given = request.headers['client-request-id']
  const isGuid = typeof given === 'string' && guid.test(given)
  return { requestId, clientRequestId: isGuid ? given : requestId }
}

export function sendResult(response: ServerResponse, ids: RequestIds, body: object): void {
  const isOData = '@odata.context' in body
  send(response, ids, {
    status: 200,
    body,
    headers: {
      'content-type': isOData ? odataType : 'application/json; charset=utf-8',
      ...(isOData && { 'odata-version': '4.0', 'x-ms-resource-unit': '1' }),
    },
  })
}

export function sendError(
  response: ServerResponse,
  ids: RequestIds,
  { error, now }: { error: unknown; now: number },
): void {
  const refusal = error instanceof GraphError ? error : unexpected(error)
  const { status, code, message, headers } = refusal
  const innerError = {
    date: new Date(now).toISOString().slice(0, 'yyyy-MM-ddTHH:mm:ss'.length),
    'request-id': ids.requestId,
    'client-request-id': ids.clientRequestId,
  }
  send(response, ids, {
    status,
    body: { error: { code, message, innerError } },
    headers: { 'content-type': 'application/json', ...headers },
  })
}

const guid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i
const odataType =
  'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8'

const diagnostic = JSON.stringify({
  ServerInfo: {
    DataCenter: 'Local emulator',
    Slice: 'E',
    Ring: '0',
    ScaleUnit: '000',
    RoleInstance: 'EMULATOR',
  },
})

interface Reply {
  status: number
  body: object
  headers: Readonly<Record<string, string>>
}

function send(response: ServerResponse, ids: RequestIds, reply: Reply): void {
  if (response.headersSent || response.destroyed) return
  const body = JSON.stringify(reply.body)
  recordAnswer(response.req, { headers: reply.headers, body })
  response.writeHead(reply.status, {
    'cache-control': 'no-cache',
    'request-id': ids.requestId,
    'client-request-id': ids.clientRequestId,
    'x-ms-ags-diagnostic': diagnostic,
    'content-length': Buffer.byteLength(body),
    ...reply.headers,
  })
  response.end(body)
}

/** A mistake of the emulator's own. It says so, so that nobody looks for it in their program. */
function unexpected(error: unknown): GraphError {
  const reason = error instanceof Error ? error.message : String(error)
  return new GraphError(500, 'UnknownError', `The emulator's Graph failed: ${reason}`)
}
