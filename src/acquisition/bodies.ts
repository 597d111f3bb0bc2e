/** Whether a request's body can be sent twice: a stream is gone once it was read. */
export function isRepeatable(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return true
  return !('getReader' in body || Symbol.asyncIterator in body)
}

/** Lets go of an answer that nobody reads: an unread body keeps its connection busy. */
export function release(response: Response): void {
  response.body?.cancel().catch(() => undefined)
}
