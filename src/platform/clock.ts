/** Milliseconds since the epoch; injected so that tests decide what time it is. */
export type Clock = () => number

export const systemClock: Clock = () => Date.now()

/** Whole seconds since the epoch, the unit of every time claim in a token. */
export function secondsOf(clock: Clock): number {
  return Math.floor(clock() / 1000)
}
