import type { OutgoingCalls } from './token-source-settings.js'

/** Calls whose requests can be found again in the logs of an API, as Microsoft's can. */
export function correlatedCalls(
  calls: OutgoingCalls,
  correlationId: string | undefined,
): OutgoingCalls {
  if (correlationId === undefined) return calls
  const { fetch: send } = calls
  return {
    ...calls,
    correlationId,
    fetch: (input, init) => {
      const headers = new Headers(init?.headers)
      if (!headers.has('client-request-id')) headers.set('client-request-id', correlationId)
      return send(input, { ...init, headers })
    },
  }
}
