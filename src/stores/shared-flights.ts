import { StoreUnavailable } from './store-unavailable.js'
import type { StoreLocks, TokenStore } from './token-store.js'

/** Milliseconds: the longest token request (10 seconds) and one more. */
const lockLifetime = 11_000
/** Milliseconds that a request waits for another process before it goes on by itself. */
const longestWait = lockLifetime + 1_000
const firstPause = 20
const longestPause = 250

/** Work that one process does for all that share a store. */
export interface Flight<Value> {
  /** What another process has left; undefined when that is nothing, or nothing that will do. */
  look(): Promise<Value | undefined>
  /** Does the work. What it publishes is what the others find. */
  work(publish: Publish): Promise<Value>
}

/** Leaves something for the other processes; without effect when a successor has taken over. */
export type Publish = (value: string, lifetime: number) => Promise<void>

export interface SharedFlights {
  /** @param key The store's entry that the work is about. */
  run<Value>(key: string, flight: Flight<Value>): Promise<Value>
}

type Turn<Value> = { readonly left: Value } | { readonly publish: Publish; end(): Promise<void> }

/**
 * One flight per key over all processes. Who gets the lock does the work; the others look for
 * what it leaves. A holder that dies loses the lock after eleven seconds, and the next goes on;
 * one that was only slow finds that it may not write any more. Without the store, or after
 * waiting as long as a holder can take, a process does the work by itself: too many requests
 * to the platform are better than none.
 */
export function createSharedFlights(store: TokenStore): SharedFlights {
  async function turnOf<Value>(key: string, flight: Flight<Value>): Promise<Turn<Value>> {
    try {
      const left = await flight.look()
      if (left !== undefined) return { left }
      if (store.lock === undefined) {
        return { publish: (...entry) => shed(store.set(key, ...entry)), end: nothing }
      }
      return await lockedTurnOf(store.lock, key, flight)
    } catch (error) {
      if (error instanceof StoreUnavailable) return byItself
      throw error
    }
  }

  return {
    async run(key, flight) {
      const turn = await turnOf(key, flight)
      if ('left' in turn) return turn.left
      try {
        return await flight.work(turn.publish)
      } finally {
        await turn.end()
      }
    },
  }
}

/** Waits for the lock or for what its holder leaves, whichever comes first. */
async function lockedTurnOf<Value>(
  lock: StoreLocks,
  key: string,
  flight: Flight<Value>,
): Promise<Turn<Value>> {
  // Counted rather than read from a clock, which may be set while this waits.
  for (let waited = 0, pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
    const fence = await lock.acquire(key, lockLifetime)
    if (fence !== undefined) return turnWith(lock, key, fence, flight)
    if (waited >= longestWait) return byItself
    const rest = pause * (0.75 + Math.random() / 2)
    await new Promise((resolve) => setTimeout(resolve, rest))
    waited += rest
    const left = await flight.look()
    if (left !== undefined) return { left }
  }
}

/** The last holder may have finished between the look and the lock, so there is another look. */
async function turnWith<Value>(
  lock: StoreLocks,
  key: string,
  fence: number,
  flight: Flight<Value>,
): Promise<Turn<Value>> {
  const end = () => shed(lock.release(key, fence))
  try {
    const left = await flight.look()
    if (left === undefined) {
      return { publish: (...entry) => shed(lock.setFenced(key, ...entry, fence)), end }
    }
    await end()
    return { left }
  } catch (error) {
    await end()
    throw error
  }
}

const nothing = () => Promise.resolve()
const byItself = { publish: nothing, end: nothing }

/** What is left for others is not worth failing for. */
async function shed(operation: Promise<unknown>): Promise<void> {
  try {
    await operation
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
  }
}
