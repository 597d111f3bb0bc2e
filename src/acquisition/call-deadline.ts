/**
 * Ends when either does. Node lets go of a timeout that only `AbortSignal.any()` refers to, and the
 * call would then never end: a listener holds it. The given signal, which may be one for all calls,
 * gets none.
 */
export function endingWith(
  given: AbortSignal | null | undefined,
  deadline: AbortSignal,
): AbortSignal {
  if (given === undefined || given === null) return deadline
  const either = AbortSignal.any([given, deadline])
  deadline.addEventListener('abort', () => either.aborted, { once: true })
  return either
}
