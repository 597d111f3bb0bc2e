import type { SessionPort } from './session-port.js'
import type { TokenOwner } from './user-token-records.js'
import type { UserTokens } from './user-tokens.js'

/** Tokens that lie outside of their session, behind a handle that the session holds. */
export interface HeldTokens {
  /** As this process knows them. */
  read(session: SessionPort, handle: string): Promise<UserTokens | undefined>
  /** Past what this process knows. */
  readAgain(session: SessionPort, handle: string): Promise<UserTokens | undefined>
  write(session: SessionPort, handle: string, tokens: UserTokens): Promise<void>
  /** What is not there stays away. */
  update(
    session: SessionPort,
    handle: string,
    change: (held: UserTokens) => UserTokens,
  ): Promise<void>
  remove(session: SessionPort, handle: string): Promise<void>
  /** Drops what is held of a user, in whichever session, where that can be told. */
  removeAllOf(owner: TokenOwner): Promise<void>
}

/** What an entry in memory weighs besides its tokens, roughly. */
const overhead = 1_024

/** What a user's tokens take in memory, in bytes; they are ASCII. */
export function weightOf({ refreshToken = '', accessTokens }: UserTokens): number {
  const texts = accessTokens.reduce((sum, { token }) => sum + token.length + overhead, 0)
  return texts + refreshToken.length + overhead
}
