// What must not compile: checked by the type checker alone, nothing here runs.
import type { Caller, EntraEvent, RefusalReason } from 'entrada'
import { entra } from 'entrada/koa'

const identity = entra()

export function ownerOf(caller: Caller): string {
  // @ts-expect-error: only a user has scopes
  caller.scopes satisfies unknown
  // @ts-expect-error: only a user has an address
  caller.email satisfies unknown
  if (caller.kind === 'app') {
    // @ts-expect-error: an app has none either
    caller.scopes satisfies unknown
    return caller.clientId
  }
  caller.scopes satisfies readonly string[]
  // @ts-expect-error: it may be absent
  caller.email satisfies string
  caller.email satisfies string | undefined
  // @ts-expect-error: not every token carries it
  caller.claims.uti satisfies string
  // @ts-expect-error: unknown until it is looked at
  caller.claims.extension satisfies string
  // @ts-expect-error: a caller is frozen
  caller.objectId = 'someone else'
  // @ts-expect-error: what it may do, too
  caller.scopes[0] = 'Tasks.Write'
  // @ts-expect-error: a caller holds no token
  caller.token satisfies unknown
  return caller.objectId
}

export function messageOf(event: EntraEvent): string {
  switch (event.type) {
    case 'request-refused':
      return `${event.code}: ${event.explanation.cure}`
    case 'keys-loaded':
      return String(event.keys)
    case 'keys-unavailable':
      return event.failure
    case 'key-withdrawn':
      return event.kid
    case 'clock-differs':
      return String(event.seconds)
    case 'sign-in-started':
    case 'sign-in-completed':
      return event.correlationId
    case 'sign-in-refused':
      return event.reason ?? event.code
    case 'sign-in-failed':
      return event.message
    case 'signed-out':
      return event.by
    case 'session-expired':
      return event.reason
    case 'token-acquired':
    case 'token-refused':
      return event.grant
    case 'scopes-asked':
      return event.scopes.join(' ')
    default:
      return event satisfies never
  }
}

// @ts-expect-error: reasons are a fixed list
'because' satisfies RefusalReason

// @ts-expect-error: a caller is asked for by request
identity.caller()
