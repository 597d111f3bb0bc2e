import { encodeBase64Url } from '../platform/base64url.js'

/** A name that nobody guesses: 128 bits, in base64url. */
export function randomHandle(): string {
  return encodeBase64Url(crypto.getRandomValues(new Uint8Array(16)))
}
