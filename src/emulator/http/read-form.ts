import type { IncomingMessage } from 'node:http'
import { malformedRequest } from '../errors/catalogue.js'

const limit = 256 * 1024
const patience = 64 * limit

/** The body as form fields; anything else than a form of bearable size is AADSTS9002313. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  const body = await readBody(request)
  if (body.length > 0 && type !== 'application/x-www-form-urlencoded') {
    throw malformedRequest('The body must be application/x-www-form-urlencoded.')
  }
  return new URLSearchParams(body.toString())
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  // Too much is read to its end and thrown away: who stops reading cannot answer any more.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length <= limit) chunks.push(chunk)
    if (length > patience) break
  }
  if (length > limit) throw malformedRequest(`The body is longer than ${limit} bytes.`)
  return Buffer.concat(chunks)
}
