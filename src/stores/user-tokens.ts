import type { KeptToken } from './kept-token.js'

/** What one user of this application holds. */
export interface UserTokens {
  /** Tenant GUID that issued them: where they are renewed. */
  readonly tenantId: string
  readonly objectId: string
  readonly refreshToken?: string
  readonly accessTokens: readonly KeptToken[]
}

/**
 * What the user holds after another answer of the platform: one token per API, the new one, and
 * the newest refresh token. Earlier ones stay when the answer brought none.
 */
export function withAnswer(
  held: UserTokens,
  answer: { readonly refreshToken?: string | undefined; readonly accessToken?: KeptToken },
): UserTokens {
  const { accessToken } = answer
  const refreshToken = answer.refreshToken ?? held.refreshToken
  return {
    tenantId: held.tenantId,
    objectId: held.objectId,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    accessTokens:
      accessToken === undefined
        ? held.accessTokens
        : [...held.accessTokens.filter((kept) => !isSame(kept, accessToken)), accessToken],
  }
}

/** What the user holds when an API has refused a token before it expired. */
export function withoutToken(held: UserTokens, token: string): UserTokens {
  return { ...held, accessTokens: held.accessTokens.filter((kept) => kept.token !== token) }
}

function isSame(one: KeptToken, other: KeptToken): boolean {
  return one.resource.toLowerCase() === other.resource.toLowerCase()
}
