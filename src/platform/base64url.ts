import { base64url } from 'jose'

export function encodeBase64Url(bytes: Uint8Array): string {
  return base64url.encode(bytes)
}

/**
 * Decodes base64url without padding (RFC 4648 section 5). Undefined when the text is not exactly
 * what encoding its bytes gives, so one value has one spelling.
 */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const bytes = new Uint8Array(base64url.decode(text))
    return base64url.encode(bytes) === text ? bytes : undefined
  } catch {
    return undefined
  }
}
