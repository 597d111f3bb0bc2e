import { ConfigurationError } from '../../protocol/configuration-error.js'
import { FormInvalidError } from '../../protocol/form-invalid-error.js'

const largestForm = 128 * 1024

/**
 * The urlencoded body of a request. Names that came twice stay twice.
 *
 * @throws FormInvalidError when the body is larger than 128 KiB, not a form, or cut off;
 *   ConfigurationError when somebody has read it before.
 */
export async function formOf(request: Request): Promise<URLSearchParams> {
  requireForm(request)
  const { body } = request
  if (request.bodyUsed || body?.locked === true) throw bodyWasRead()
  return new URLSearchParams(body === null ? '' : await textOf(body))
}

/** @throws FormInvalidError for any other kind of body. */
export function requireForm({ headers }: Request): void {
  const type = headers.get('content-type') ?? ''
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) throw new FormInvalidError()
}

async function textOf(body: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let text = ''
  let size = 0
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.byteLength
      if (size > largestForm) break
      text += decoder.decode(part.value, { stream: true })
    }
  } catch {
    throw new FormInvalidError()
  }
  if (size <= largestForm) return text + decoder.decode()
  reader.cancel().catch(() => undefined) // the sender hears of it by the answer
  throw new FormInvalidError()
}

/** A stream can be read once, and what was in it is nobody's to guess. */
export function bodyWasRead(): ConfigurationError {
  return new ConfigurationError({
    message:
      'The form in this request was read before identity.signIn() got the request. Let signIn() ' +
      'come first, or read request.clone().',
    option: 'signIn',
  })
}
