import type { IncomingMessage } from 'node:http'

/**
 * Every value of a header as it was sent. Node's own `headers` keeps the first `Authorization` and
 * drops the others, so it cannot tell that there were two.
 */
export function rawValuesOf(request: IncomingMessage, lowerCaseName: string): readonly string[] {
  const { rawHeaders } = request
  const values: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]
    if (name?.length !== lowerCaseName.length || name.toLowerCase() !== lowerCaseName) continue
    values.push(rawHeaders[index + 1] ?? '')
  }
  return values
}

/** A header's value, several joined as HTTP joins them. */
export function headerOf(request: IncomingMessage, lowerCaseName: string): string | undefined {
  const value = request.headers[lowerCaseName]
  return Array.isArray(value) ? value.join(', ') : value
}
