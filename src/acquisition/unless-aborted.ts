/** What can be aborted: `AbortSignal`, and what the Azure SDKs have in its place. */
export interface AbortSignalLike {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/**
 * Waits for a value until the signal is aborted. The work goes on: others may wait for it too.
 *
 * @throws the signal's reason, an `AbortError` when it has none.
 */
export async function unlessAborted<Value>(
  signal: AbortSignalLike | null | undefined,
  work: () => Promise<Value>,
): Promise<Value> {
  if (signal === undefined || signal === null) return work()
  if (signal.aborted) throw reasonOf(signal)
  let stop: () => void = () => undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(reasonOf(signal))
    signal.addEventListener('abort', stop)
  })
  try {
    return await Promise.race([work(), aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function reasonOf(signal: AbortSignalLike): Error {
  const { reason } = signal as { readonly reason?: unknown } // an AbortSignal has one
  return (reason ?? new DOMException('The operation was aborted.', 'AbortError')) as Error // as fetch throws it
}
