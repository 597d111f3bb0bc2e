/** A token for one API with the times that decide what becomes of it. */
export interface KeptToken {
  /** The API it is for, exactly as in its scopes. */
  readonly resource: string
  /** What was granted, fully qualified; may be more or less than what was asked for. */
  readonly scopes: readonly string[]
  readonly token: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
  /** From here on it is not handed out any more; milliseconds since the epoch. */
  readonly staleAt: number
  /** From here on a new one is fetched while this one still serves; milliseconds since the epoch. */
  readonly refreshAt: number
  /** What the one who asked for it can do beyond what the app has declared, such as `cp1`. */
  readonly capability?: string
}

/** A token response, less what is of no interest here (RFC 6749 section 5.1). */
export interface TokenResponse {
  readonly access_token: string
  readonly refresh_token?: string | undefined
  readonly expires_in?: number | undefined
  readonly scope?: string | undefined
  readonly [name: string]: unknown
}

export interface TokenResponseContext {
  readonly resource: string
  readonly requested: readonly string[]
  /** When the response arrived; milliseconds since the epoch. */
  readonly receivedAt: number
  /** See {@link KeptToken.capability}. */
  readonly capability?: string | undefined
}

const longestLifetime = 48 * 3600
const renewalOffset = 300
/** Tokens that came together are renewed up to this many seconds apart. */
const renewalSpread = 300

/**
 * Reads the token for one API out of a token response. Lifetimes are the platform's to decide;
 * without a usable `expires_in` the token counts as expired at once.
 */
export function keptTokenOf(
  response: TokenResponse,
  { resource, requested, receivedAt, capability }: TokenResponseContext,
): KeptToken {
  const lifetime = secondsOf(response.expires_in)
  const refreshIn = secondsOf(response['refresh_in'])
  const expiresAt = receivedAt + lifetime * 1000
  const staleAt = expiresAt - Math.min(renewalOffset, lifetime / 4) * 1000
  const renewal =
    refreshIn > 0 && refreshIn < lifetime
      ? Math.min(receivedAt + refreshIn * 1000, staleAt)
      : staleAt
  const spread = Math.min(renewalSpread, lifetime / 12) * Math.random() * 1000
  return {
    resource,
    scopes: response.scope === undefined ? requested : response.scope.split(' ').filter(Boolean),
    token: response.access_token,
    expiresAt,
    staleAt,
    refreshAt: renewal - spread,
    ...(capability === undefined ? {} : { capability }),
  }
}

function secondsOf(value: unknown): number {
  const seconds = Number(value)
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), longestLifetime) : 0
}
