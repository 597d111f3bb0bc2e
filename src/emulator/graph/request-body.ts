import type { IncomingMessage } from 'node:http'
import { badRequest, GraphError } from './graph-error.js'

const largestBody = 64 * 1024

export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > largestBody) throw new GraphError(413, 'BadRequest', 'The body is too large.')
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw badRequest('Unable to read JSON request payload. Send an application/json body.')
  }
}
