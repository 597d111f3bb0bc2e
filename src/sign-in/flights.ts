import type { Clock } from '../platform/clock.js'

/** Work that is done once, however many ask for it at the same time. */
export interface Flights<Value> {
  run(key: string, work: () => Promise<Value>): Promise<Value>
}

interface Flight<Value> {
  readonly value: Promise<Value>
  landedAt?: number
}

// A double click, a prefetch and a reload come within seconds.
const memory = 10_000
const mostRemembered = 1_000

/**
 * One flight per key. A value stays for ten seconds, for the request that comes right after; a
 * failure is told to those who waited and then forgotten, so that a retry is a new attempt.
 */
export function createFlights<Value>(clock: Clock): Flights<Value> {
  const flights = new Map<string, Flight<Value>>()

  function forgetOld(): void {
    const now = clock()
    for (const [key, { landedAt }] of flights) {
      if (landedAt !== undefined && (now - landedAt > memory || flights.size > mostRemembered)) {
        flights.delete(key)
      }
    }
  }

  return {
    run(key, work) {
      forgetOld()
      const known = flights.get(key)
      if (known !== undefined) return known.value
      const flight: Flight<Value> = { value: work() }
      flights.set(key, flight)
      flight.value.then(
        () => (flight.landedAt = clock()),
        () => flights.delete(key),
      )
      return flight.value
    },
  }
}
