/**
 * Ends when either does. Node lets go of a timeout that only `AbortSignal.any()` refers to, and the
 * call would then never end; a listener holds it.
 */
export function endingWith(
  given: AbortSignal | null | undefined,
  deadline: AbortSignal,
): AbortSignal {
  if (given === undefined || given === null) return deadline
  const either = new AbortController()
  for (const signal of [given, deadline]) {
    const end = () => either.abort(signal.reason)
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true, signal: either.signal })
  }
  return either.signal
}
