import type { Telemetry } from '../protocol/telemetry.js'

/** A fetch whose requests belong to the trace that they are sent in. */
export function tracedFetch(
  send: typeof fetch,
  telemetry: Pick<Telemetry, 'traceHeaders'> | undefined,
): typeof fetch {
  if (telemetry === undefined) return send
  return (input, init) => send(input, { ...init, headers: joined(init?.headers, telemetry) })
}

function joined(
  given: HeadersInit | undefined,
  telemetry: Pick<Telemetry, 'traceHeaders'>,
): Headers {
  const headers = new Headers(given)
  for (const [name, value] of Object.entries(telemetry.traceHeaders())) {
    if (!headers.has(name)) headers.set(name, value)
  }
  return headers
}
