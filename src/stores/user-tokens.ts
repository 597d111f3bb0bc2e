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

/**
 * What the user holds after a renewal. A refresh token that came while the platform was asked is of
 * another renewal or of a newer sign-in, which may prove more: it stays, and so does an access token
 * that came with it.
 *
 * @param asked What was held when the platform was asked.
 */
export function withRenewal(
  held: UserTokens,
  answer: { readonly refreshToken?: string | undefined; readonly accessToken: KeptToken },
  asked: UserTokens,
): UserTokens {
  if (held.refreshToken === asked.refreshToken) return withAnswer(held, answer)
  const { accessToken } = answer
  const tokenIn = ({ accessTokens }: UserTokens) =>
    accessTokens.find((kept) => isSame(kept, accessToken))?.token
  const now = tokenIn(held)
  return now === undefined || now === tokenIn(asked) ? withAnswer(held, { accessToken }) : held
}

/** What the user holds when an API has refused a token before it expired. */
export function withoutToken(held: UserTokens, token: string): UserTokens {
  return { ...held, accessTokens: held.accessTokens.filter((kept) => kept.token !== token) }
}

function isSame(one: KeptToken, other: KeptToken): boolean {
  return one.resource.toLowerCase() === other.resource.toLowerCase()
}
