import type { Clock } from '../platform/clock.js'
import type { KeptToken } from '../stores/kept-token.js'
import { storeKeyOf } from '../stores/store-key.js'
import type { TokenStore } from '../stores/token-store.js'
import { errorOf, refusalRecordOf, type RefusalRecord } from './refusal-record.js'
import { pauseAfter, repeated, withPauseLeft } from './refusal-pause.js'
import { createSharedFlights } from '../stores/shared-flights.js'
import type { TokenRequest } from './token-memory.js'

/** Tokens that several processes share: what one has fetched, the others find. */
export interface SharedTokens {
  /**
   * @param need `usable`: any token that may be handed out; `fresh`: one that need not be renewed
   *   yet.
   */
  get(request: TokenRequest, need: 'usable' | 'fresh'): Promise<KeptToken>
}

type StoredRecord =
  | { readonly token: KeptToken; readonly at: number }
  | { readonly refusal: RefusalRecord; readonly at: number; readonly until: number }

/** Milliseconds by which the clocks of processes may differ. */
const clockDifference = 300_000

export interface SharedTokensSettings {
  readonly store: TokenStore
  readonly clock: Clock
  /** What tokens of this kind have in common: authority, client, grant. */
  readonly namespace: readonly string[]
}

export function createSharedTokens(settings: SharedTokensSettings): SharedTokens {
  const { store, clock, namespace } = settings
  const flights = createSharedFlights(store)

  /** @throws what another process was refused with, while that stands. */
  async function look(key: string, need: 'usable' | 'fresh'): Promise<KeptToken | undefined> {
    const text = await store.get(key)
    if (text === undefined) return undefined
    const record = JSON.parse(text) as StoredRecord // sealed by this version, written below
    const now = clock()
    // Written by a clock that has been set back since: its times mean nothing any more.
    if (record.at - now > clockDifference) return undefined
    if ('refusal' in record) {
      if (now >= record.until) return undefined
      const left = record.until - now
      throw withPauseLeft(repeated(errorOf(record.refusal), left), left)
    }
    const { staleAt, refreshAt } = record.token
    return now < (need === 'fresh' ? refreshAt : staleAt) ? record.token : undefined
  }

  return {
    async get(request, need) {
      const key = await storeKeyOf('token', ...namespace, ...request.name.parts)
      return flights.run(key, {
        look: () => look(key, need),
        async work(publish) {
          try {
            const token = await request.acquire()
            const now = clock()
            const lifetime = Math.min(token.expiresAt, request.until ?? Infinity) - now
            const record: StoredRecord = { token, at: now }
            if (now < token.staleAt && lifetime > 0) {
              await publish(JSON.stringify(record), lifetime)
            }
            return token
          } catch (error) {
            const refusal = refusalRecordOf(error)
            // A renewal that failed must not take away the token that still serves the others.
            if (refusal !== undefined && need === 'usable') {
              const now = clock()
              const pause = pauseAfter(error)
              const record: StoredRecord = { refusal, at: now, until: now + pause }
              await publish(JSON.stringify(record), pause)
            }
            throw error
          }
        },
      })
    },
  }
}
