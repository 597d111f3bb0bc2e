/** The longest pause that is honoured, in seconds; a server that asks for more gets this. */
export const longestPauseSeconds = 3600

/**
 * Reads a `Retry-After` header: seconds, at least 1 and at most an hour, or undefined when there
 * is none or it cannot be read.
 *
 * @param now milliseconds since the epoch, to count from when the header is a date.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function retryAfterOf(header: string | null | undefined, now: number): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d+(?:e\d+)?$/i.test(text)) return bounded(Number(text))
  if (!httpDate.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : bounded((at - now) / 1000)
}

// Only the preferred form: Date.parse reads a negative number as a year.
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

function bounded(seconds: number): number {
  return Math.min(longestPauseSeconds, Math.max(1, Math.ceil(seconds)))
}
