import type { IncomingMessage } from 'node:http'
import { FormInvalidError } from '../../protocol/form-invalid-error.js'

const largestForm = 128 * 1024

/**
 * The urlencoded body of a request: what a body parser in front has read, or else what the
 * request still holds. Names that came twice stay twice.
 *
 * @throws FormInvalidError when the body is larger than 128 KiB, not a form, or cut off.
 */
export async function formOf(
  request: IncomingMessage,
  parsedBody: unknown,
): Promise<URLSearchParams> {
  const type = request.headers['content-type'] ?? ''
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) throw new FormInvalidError()
  if (isParsed(parsedBody, request)) return parsed(parsedBody)
  return new URLSearchParams(await textOf(request))
}

/** A body parser for other types leaves an empty object, and the form unread. */
function isParsed(body: unknown, { readableDidRead }: IncomingMessage): boolean {
  if (body === undefined || body === null) return false
  return readableDidRead || typeof body !== 'object' || Object.keys(body).length > 0
}

function parsed(body: unknown): URLSearchParams {
  if (typeof body === 'string') return new URLSearchParams(body)
  if (body instanceof Uint8Array) return new URLSearchParams(new TextDecoder().decode(body))
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(Object(body) as Record<string, unknown>)) {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof item !== 'string') throw new FormInvalidError()
      form.append(name, item)
    }
  }
  return form
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of request as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength
      if (size > largestForm) break
      chunks.push(chunk)
    }
  } catch {
    throw new FormInvalidError()
  }
  if (size > largestForm) throw new FormInvalidError()
  return Buffer.concat(chunks).toString('utf8')
}
