/** Waits for some milliseconds; rejects with the signal's reason when that is aborted first. */
export type Sleep = (milliseconds: number, signal?: AbortSignal | null) => Promise<void>

/** A wait within one request; nothing here waits between requests. */
export const systemSleep: Sleep = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    function stop(): void {
      clearTimeout(timer)
      reject(signal?.reason as Error) // whatever it was aborted with, as fetch does
    }
    signal?.addEventListener('abort', stop, { once: true })
  })
