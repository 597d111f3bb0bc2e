import type { IncomingMessage, ServerResponse } from 'node:http'

/** What echo() saw of a request. */
interface Echo {
  method: string
  url: string
  headers: Record<string, string | undefined>
  body: string
}

/** A listener that answers with what it was sent. */
export function echo(request: IncomingMessage, response: ServerResponse): void {
  let body = ''
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString()
  })
  request.on('end', () => {
    const { method, url, headers } = request
    response.end(JSON.stringify({ method, url, headers, body }))
  })
}

export function echoOf(page: { html: string }): Echo {
  // The page is what echo() wrote.
  return JSON.parse(page.html) as Echo
}
