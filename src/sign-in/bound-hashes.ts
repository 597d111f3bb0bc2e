import { encodeBase64Url } from '../platform/base64url.js'
import type { IdTokenClaims } from '../protocol/account.js'
import { CallbackInvalidError } from '../protocol/sign-in-errors.js'

/**
 * Checks the hashes with which an ID token may name what was issued beside it: when one is there,
 * it is right (OpenID Connect Core 1.0 section 3.1.3.8). Tokens are signed with RS256, so SHA-256.
 */
export async function checkBoundHashes(
  claims: IdTokenClaims,
  values: Readonly<Record<'at_hash' | 'c_hash', string>>,
): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    const hash = claims[name]
    if (hash !== undefined && hash !== (await leftHalfHash(value))) {
      throw new CallbackInvalidError('id-token', name)
    }
  }
}

async function leftHalfHash(value: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(value))
  return encodeBase64Url(new Uint8Array(digest).slice(0, 16))
}
