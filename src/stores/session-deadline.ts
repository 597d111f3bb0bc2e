import { SessionUnavailableError } from '../protocol/sign-in-errors.js'

/** How long a session store may take, in milliseconds, before a request gives up on it. */
export const sessionDeadline = 2_000

type Operation = ConstructorParameters<typeof SessionUnavailableError>[0]
type Callback = (error?: unknown) => void

/**
 * Waits for a session store, but not forever: a store that fails or hangs becomes a
 * SessionUnavailableError. The store's own error is not chained; drivers put addresses and
 * passwords into theirs.
 */
export async function withinSessionDeadline<Value>(
  operation: Operation,
  work: () => Promise<Value>,
  deadline = sessionDeadline,
): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SessionUnavailableError(operation)), deadline)
  })
  try {
    return await Promise.race([work(), tooLate])
  } catch {
    throw new SessionUnavailableError(operation)
  } finally {
    clearTimeout(timer)
  }
}

/** A store's callback style as a promise. */
export function called(run: (callback: Callback) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    run((error) => {
      if (error === undefined || error === null) resolve()
      else reject(error instanceof Error ? error : new Error('The session store failed.'))
    })
  })
}
