/**
 * Where tokens are kept beside the session: in memory, or shared by several processes. Keys are
 * hashes, and values are text that is sealed before it leaves the process, so a store needs to
 * understand neither. A store rejects when it fails; it never answers "not there" instead.
 *
 * `get`, `set` and `delete` make a store. The capabilities add what several processes need; each
 * is there or not, and what is there is atomic.
 */
export interface TokenStore {
  get(key: string): Promise<string | undefined>
  /** @param lifetime Milliseconds after which the entry is gone. */
  set(key: string, value: string, lifetime: number): Promise<void>
  delete(key: string): Promise<void>
  /** Writes that see whether somebody else has written. */
  readonly atomic?: AtomicWrites
  /** Locks that end by themselves; one request to the platform for all processes needs them. */
  readonly lock?: StoreLocks
  /** Finds the entries of one account. */
  readonly listByAccount?: AccountIndex
}

export interface AtomicWrites {
  /**
   * Writes when the entry still holds `expected`, or, for undefined, when there is none.
   *
   * @returns whether it was written.
   */
  compareAndSet(
    key: string,
    expected: string | undefined,
    value: string,
    lifetime: number,
  ): Promise<boolean>
}

/** A lock on an entry: whoever holds it works out the entry's next value. */
export interface StoreLocks {
  /**
   * @param lifetime Milliseconds after which the lock is gone, by the store's clock.
   * @returns a fencing token, higher than every earlier one of this entry; undefined when
   *   somebody holds the lock.
   */
  acquire(key: string, lifetime: number): Promise<number | undefined>
  /** Lets go; without effect when the lock is somebody else's by now. */
  release(key: string, fence: number): Promise<void>
  /**
   * Writes unless somebody acquired the lock after `fence` was given out: a holder that was slow
   * or stopped does not overwrite what its successor wrote.
   *
   * @returns whether it was written.
   */
  setFenced(key: string, value: string, lifetime: number, fence: number): Promise<boolean>
}

/** Which entries belong to an account. An account's name is a hash as well. */
export interface AccountIndex {
  /** @param lifetime Milliseconds after which the entry is no longer listed. */
  add(account: string, key: string, lifetime: number): Promise<void>
  keys(account: string): Promise<readonly string[]>
}
