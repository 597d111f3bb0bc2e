import type { Clock } from '../platform/clock.js'
import { createSharedFlights } from '../stores/shared-flights.js'
import { storeKeyOf } from '../stores/store-key.js'
import type { TokenStore } from '../stores/token-store.js'
import { createFlights } from './flights.js'
import type { Redeemed } from './redemption.js'

/** Milliseconds that other processes find what one has redeemed. */
const memory = 60_000

/**
 * Redeems the code of a sign-in once, however many identical callbacks come (L10): in this process,
 * and in every process that shares the store. A failure is nobody's result, so a retry is a new attempt.
 */
export type Redemptions = (state: string, redeem: () => Promise<Redeemed>) => Promise<Redeemed>

export function createRedemptions(settings: {
  readonly clock: Clock
  readonly clientId: string
  /** What all processes share; undefined when this one is alone. */
  readonly store: TokenStore | undefined
}): Redemptions {
  const { clock, clientId, store } = settings
  const flights = createFlights<Redeemed>(clock)
  const byOne = store === undefined ? undefined : redeemedByOne(store, clientId)
  return (state, redeem) => flights.run(state, () => byOne?.(state, redeem) ?? redeem())
}

/** Who gets the lock redeems; the other processes find what it leaves, sealed like all that is stored. */
function redeemedByOne(store: TokenStore, clientId: string): Redemptions {
  const flights = createSharedFlights(store)
  return async function redemption(state, redeem) {
    const key = await storeKeyOf('redemption', clientId, state)
    return flights.run(key, {
      async look() {
        const text = await store.get(key)
        return text === undefined ? undefined : (JSON.parse(text) as Redeemed) // written below
      },
      async work(publish) {
        const redeemed = await redeem()
        await publish(JSON.stringify(redeemed), memory)
        return redeemed
      },
    })
  }
}
