import type { Attributes } from '@opentelemetry/api'
import type { Operation } from '../../protocol/telemetry.js'
import type { Ending } from './ending.js'

export function spanNameOf(operation: Operation): string {
  if (operation.kind === 'guard') return 'entrada guard'
  return operation.kind === 'token'
    ? `entrada token ${operation.grant}`
    : `entrada token_request ${operation.grant}`
}

/** What is known before. Names without `entrada.` are those of the semantic conventions. */
export function attributesAtStart(operation: Operation): Attributes {
  if (operation.kind === 'guard') return {}
  if (operation.kind === 'token') return { 'entrada.grant': operation.grant }
  const { hostname, port, protocol } = new URL(operation.origin)
  return {
    'entrada.grant': operation.grant,
    'entrada.correlation_id': operation.correlationId,
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
    ...(operation.resource !== undefined && { 'entrada.resource': operation.resource }),
  }
}

export function attributesAtEnd(operation: Operation, ending: Ending): Attributes {
  return {
    ...labelsOf(operation, ending),
    ...(ending.aadsts !== undefined && { 'entrada.aadsts': ending.aadsts }),
  }
}

/** The part that metrics have too: each of these has a handful of values, all from this library. */
export function labelsOf(operation: Operation, ending: Ending): Attributes {
  const { outcome, source, reason, errorType } = ending
  return {
    'entrada.outcome': outcome,
    ...(operation.kind !== 'guard' && { 'entrada.grant': operation.grant }),
    ...(operation.kind === 'token' && source !== undefined && { 'entrada.token.source': source }),
    ...(reason !== undefined && { 'entrada.reason': reason }),
    ...(errorType !== undefined && { 'error.type': errorType }),
  }
}
