import { Agent, request as httpRequest } from 'node:http'

/**
 * Sends one http request exactly as given and reads the answer whole. Node's fetch cannot stand in
 * for a browser here: it sets its own `Sec-Fetch-Mode` and `Host`. Redirects are never followed.
 */
export const plainFetch: typeof fetch = async (url, { method = 'GET', headers, body } = {}) => {
  return new Promise<Response>((resolve, reject) => {
    const request = httpRequest(
      addressOf(url),
      { method, headers: headersFor(headers), agent: oneShot },
      (message) => {
        const chunks: Buffer[] = []
        message.on('data', (chunk: Buffer) => chunks.push(chunk))
        message.on('error', reject)
        message.on('end', () => {
          const status = message.statusCode ?? 0
          const answer = [204, 205, 304].includes(status) ? null : Buffer.concat(chunks)
          resolve(new Response(answer, { status, headers: headersOf(message.rawHeaders) }))
        })
      },
    )
    request.on('error', reject)
    request.end(typeof body === 'string' ? body : undefined)
  })
}

function addressOf(url: Parameters<typeof fetch>[0]): string {
  return url instanceof Request ? url.url : url.toString()
}

function headersFor(headers: HeadersInit | undefined): Record<string, string> {
  return Object.fromEntries(new Headers(headers))
}

// No connection outlives its request, so that servers under test can close at once.
const oneShot = new Agent({ keepAlive: false })

function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers()
  for (let index = 0; index + 1 < raw.length; index += 2) {
    headers.append(raw[index] ?? '', raw[index + 1] ?? '')
  }
  return headers
}
