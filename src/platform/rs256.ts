import type { CryptoKey } from 'jose'

const algorithm = { name: 'RSASSA-PKCS1-v1_5' }
const encoder = new TextEncoder()

/**
 * Whether a token in compact form, already known to be well formed, was signed with a key by RS256:
 * RSASSA-PKCS1-v1_5 over SHA-256 of its first two parts (RFC 7515 section 5.2, RFC 7518 section
 * 3.3). WebCrypto is asked directly, because a library's verifier would take the token apart again,
 * which compactJwtOf() has done, more strictly.
 */
export async function isSignedBy(key: CryptoKey, jwt: string): Promise<boolean> {
  const end = jwt.lastIndexOf('.')
  const signature = bytesIn(jwt.slice(end + 1))
  return crypto.subtle.verify(algorithm, key, signature, encoder.encode(jwt.slice(0, end)))
}

function bytesIn(base64url: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = binary.charCodeAt(index)
  return bytes
}
