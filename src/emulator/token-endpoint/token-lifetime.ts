import { graphAppId, type Application } from '../directory.js'
import type { GrantContext } from './grant-context.js'

export interface TokenLifetime {
  /** Seconds. */
  lifetime: number
  /** `refresh_in`, which only long-lived tokens have. */
  refreshIn: { refresh_in?: number }
}

/** Under continuous access evaluation a token lives long: it can be ended at any time. */
export function lifetimeFor(
  { platform, claimsRequest }: Pick<GrantContext, 'platform' | 'claimsRequest'>,
  { appId }: Pick<Application, 'appId'>,
  standard: number,
): TokenLifetime {
  const isCapable = claimsRequest.capabilities.some((one) => /^cp1$/i.test(one))
  const long = isCapable && appId === graphAppId ? platform.lifetimes.continuousAccess() : undefined
  return long === undefined
    ? { lifetime: platform.lifetimes.accessToken(standard), refreshIn: {} }
    : { lifetime: long, refreshIn: { refresh_in: Math.floor(long / 2) } }
}
