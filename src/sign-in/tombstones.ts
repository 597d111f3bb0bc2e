import { encodeBase64Url } from '../platform/base64url.js'
import type { Clock } from '../platform/clock.js'
import type { TokenStore } from '../stores/token-store.js'

/**
 * Remembers which sign-ins have ended, for as long as one of them could still turn up: in a cookie
 * that was kept, or in a session that a slow request saved again after the sign-out.
 */
export interface Tombstones {
  /** Ends what was signed in under this name until now. */
  bury(name: string): Promise<void>
  /** Whether a sign-in of `signedInAt` (milliseconds) has ended under any of these names. */
  isBuried(names: readonly (string | undefined)[], signedInAt: number): Promise<boolean>
}

export interface TombstoneSettings {
  readonly store: TokenStore
  readonly clientId: string
  readonly clock: Clock
  /** The longest life of a sign-in, in milliseconds. */
  readonly lifetime: number
}

export function createTombstones(settings: TombstoneSettings): Tombstones {
  const { store, clientId, clock, lifetime } = settings

  // Names are session ids of the platform: hashed, so that the store tells nobody a usable one.
  async function keyOf(name: string): Promise<string> {
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(name))
    return `revoked:${clientId}:${encodeBase64Url(new Uint8Array(digest))}`
  }

  return {
    async bury(name) {
      await store.set(await keyOf(name), String(clock()), lifetime)
    },
    async isBuried(names, signedInAt) {
      const given = names.filter((name) => name !== undefined)
      const ends = await Promise.all(given.map(async (name) => store.get(await keyOf(name))))
      return ends.some((end) => end !== undefined && signedInAt <= Number(end))
    },
  }
}
