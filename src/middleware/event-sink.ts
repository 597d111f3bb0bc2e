import type { EntraEvent } from '../protocol/events.js'

/** What the `onEvent` option takes; what it returns is not waited for. */
export type EntraEventListener = (event: EntraEvent) => unknown

/**
 * Passes events on to the app's listener. A listener that fails must not change an answer, so its
 * failure is told as a warning, once.
 */
export function createEventSink(
  listener: EntraEventListener | undefined,
  warn: (message: string) => void,
): (event: EntraEvent) => void {
  if (listener === undefined) return () => undefined
  let hasFailed = false

  function failed(): void {
    if (hasFailed) return
    hasFailed = true
    warn('The onEvent option threw or rejected. Events are for observing: handle errors inside it.')
  }

  return function tell(event) {
    new Promise((resolve) => {
      resolve(listener(Object.freeze(event)))
    }).catch(failed)
  }
}
