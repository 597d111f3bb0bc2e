import { encodeBase64Url } from '../platform/base64url.js'
import { cacheKey } from '../protocol/cache-key.js'

/**
 * The key of an entry in a store: a hash over its parts, each with its length, so that no two
 * lists of parts meet and none can be read back.
 */
export async function storeKeyOf(kind: string, ...parts: readonly string[]): Promise<string> {
  const text = new TextEncoder().encode(cacheKey(...parts))
  const digest = await crypto.subtle.digest('SHA-256', text)
  return `${kind}:${encodeBase64Url(new Uint8Array(digest))}`
}
