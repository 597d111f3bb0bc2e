import type { Clock } from '../platform/clock.js'
import type { TokenStore } from './token-store.js'

/** Failures in a row after which the store is left alone for a moment. */
const mostFailures = 3
/** While the store is left alone one operation in this many milliseconds tries it. */
const pause = 1_000

export interface StoreGateSettings {
  readonly clock: Clock
  /** Milliseconds that one operation may take. */
  readonly deadline: number
  /** What an operation rejects with when the store fails, hangs or is being left alone. */
  readonly failure: (operation: 'read' | 'write') => Error
  /** Told when the store begins to be left alone; never with the driver's text, which may hold a password. */
  readonly onTrouble?: (cause: string) => void
}

/**
 * A store that answers or fails in bounded time. When it keeps failing, nobody waits for it any
 * more: operations fail at once, and one in a second finds out whether it is back.
 */
export function withStoreGate(store: TokenStore, settings: StoreGateSettings): TokenStore {
  const { clock, deadline, failure, onTrouble } = settings
  let failures = 0
  let quietUntil = 0

  function isLeftAlone(now: number): boolean {
    // A clock that was set back ends the pause rather than prolong it.
    return failures >= mostFailures && now < quietUntil && quietUntil - now <= pause
  }

  async function pass<Value>(
    operation: 'read' | 'write',
    work: () => Promise<Value>,
    undo?: (late: Value) => Promise<void>,
  ) {
    const now = clock()
    if (isLeftAlone(now)) throw failure(operation)
    if (failures >= mostFailures) quietUntil = now + pause
    try {
      const value = await within(deadline, work, undo)
      failures = 0
      return value
    } catch (error) {
      failures += 1
      quietUntil = clock() + pause
      if (failures === mostFailures) onTrouble?.(causeOf(error))
      throw failure(operation)
    }
  }

  const { atomic, lock, listByAccount: accounts } = store
  return {
    get: (key) => pass('read', () => store.get(key)),
    set: (...entry) => pass('write', () => store.set(...entry)),
    delete: (key) => pass('write', () => store.delete(key)),
    ...(atomic && {
      atomic: { compareAndSet: (...entry) => pass('write', () => atomic.compareAndSet(...entry)) },
    }),
    ...(lock && {
      lock: {
        // A lock that comes when nobody waits for it any more would keep everybody else waiting.
        acquire: (key, lifetime) =>
          pass(
            'write',
            () => lock.acquire(key, lifetime),
            async (fence) => {
              if (fence !== undefined) await lock.release(key, fence)
            },
          ),
        release: (...lease) => pass('write', () => lock.release(...lease)),
        setFenced: (...entry) => pass('write', () => lock.setFenced(...entry)),
      },
    }),
    ...(accounts && {
      listByAccount: {
        add: (...entry) => pass('write', () => accounts.add(...entry)),
        keys: (account) => pass('read', () => accounts.keys(account)),
      },
    }),
  }
}

/** @param undo Takes back what comes too late. */
async function within<Value>(
  deadline: number,
  work: () => Promise<Value>,
  undo: ((late: Value) => Promise<void>) | undefined,
): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const outcome = work()
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new DOMException('', 'TimeoutError'))
      if (undo !== undefined) outcome.then(undo).catch(() => undefined)
    }, deadline)
  })
  try {
    return await Promise.race([outcome, tooLate])
  } finally {
    clearTimeout(timer)
  }
}

/** Names a failure without the driver's text: an error code or the error's class. */
function causeOf(error: unknown): string {
  const { code, name, constructor } = Object(error) as Record<string, unknown>
  if (typeof code === 'string' && /^[A-Z_]{2,40}$/.test(code)) return code
  const className = (constructor as { name?: unknown } | undefined)?.name
  return [name === 'Error' ? className : name, 'an error'].find(isWord) ?? 'an error'
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z ]{2,60}$/.test(value)
}
