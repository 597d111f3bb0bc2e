import type { IncomingMessage, ServerResponse } from 'node:http'

/** One request at the platform with its answer. */
export interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  url: URL
  /** First path segment, decoded. */
  tenant: string
  /** The path after the tenant, with a leading slash. */
  path: string
  /** The caller's own id for the request. */
  clientRequestId: string | undefined
  /** The form of a POST, or why it cannot be read. */
  form: () => Promise<URLSearchParams>
}

/** Sent as a header, or as a parameter of the form or the query. */
export function clientRequestIdOf(
  { headers }: IncomingMessage,
  sources: readonly URLSearchParams[],
): string | undefined {
  const name = 'client-request-id'
  const header = headers[name]
  if (typeof header === 'string') return header
  return sources.map((source) => source.get(name)).find((id) => id !== null) ?? undefined
}
