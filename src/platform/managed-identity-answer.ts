import { PlatformUnavailableError } from '../protocol/platform-unavailable-error.js'

/** A token of a managed identity, in the words of a token response; durations are seconds. */
export interface ManagedIdentityToken {
  readonly access_token: string
  readonly expires_in: number
  /** When to fetch a new one although this one is good; for long-lived tokens only. */
  readonly refresh_in?: number
}

const longLived = 2 * 3600

/**
 * Reads a good answer. Numbers come as strings. A token that the machine has kept is handed out
 * with its time of expiry, so `expires_on` decides where `expires_in` says more.
 *
 * @param now Milliseconds since the epoch.
 * @throws PlatformUnavailableError when there is no token in it.
 */
export function managedIdentityTokenIn(content: unknown, now: number): ManagedIdentityToken {
  const answer = Object(content) as Record<string, unknown> // any value has members, or none
  const { access_token: token } = answer
  const expiresIn = lifetimeIn(answer, now)
  if (typeof token !== 'string' || token === '' || expiresIn === undefined) {
    throw new PlatformUnavailableError({
      endpoint: 'managed-identity',
      failure: 'content',
      retryAfter: 5,
    })
  }
  return {
    access_token: token,
    expires_in: expiresIn,
    ...(expiresIn > longLived && { refresh_in: Math.floor(expiresIn / 2) }),
  }
}

function lifetimeIn(answer: Record<string, unknown>, now: number): number | undefined {
  const expiresIn = numberIn(answer['expires_in'])
  const expiresOn = numberIn(answer['expires_on'])
  const left = expiresOn === undefined ? undefined : expiresOn - Math.floor(now / 1000)
  if (expiresIn === undefined || left === undefined) return expiresIn ?? left
  return Math.min(expiresIn, left)
}

function numberIn(value: unknown): number | undefined {
  const isWhole = typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))
  return isWhole && Number.isSafeInteger(Number(value)) ? Number(value) : undefined
}
