/**
 * Where tokens are kept beside the session: in memory by default. What is stored is text; what
 * leaves the process is sealed before it gets here.
 */
export interface TokenStore {
  get(key: string): Promise<string | undefined>
  /** @param lifetime Milliseconds after which the entry is gone. */
  set(key: string, value: string, lifetime: number): Promise<void>
  delete(key: string): Promise<void>
}
