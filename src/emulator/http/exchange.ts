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
  /** The form of a POST, or why it cannot be read. */
  form: () => Promise<URLSearchParams>
}

/** The caller's own id for the request, in a header or a parameter. */
export function clientRequestIdOf({
  request,
  url,
}: Pick<Exchange, 'request' | 'url'>): string | undefined {
  const header = request.headers['client-request-id']
  if (typeof header === 'string') return header
  return url.searchParams.get('client-request-id') ?? undefined
}
