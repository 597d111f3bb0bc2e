/** A fetch whose requests can be found again in the logs of the API, as Microsoft's can. */
export function correlatedFetch(
  send: typeof fetch,
  correlationId: string | undefined,
): typeof fetch {
  if (correlationId === undefined) return send
  return (input, init) => {
    const headers = new Headers(init?.headers)
    if (!headers.has('client-request-id')) headers.set('client-request-id', correlationId)
    return send(input, { ...init, headers })
  }
}
