import type { SessionAside } from './session-aside.js'

/**
 * The session of one request, whatever framework holds it. Every method that touches the session's
 * store rejects with a SessionUnavailableError when the store fails: the session itself is then
 * still what it was.
 */
export interface SessionPort {
  /** The session's id where the content stays on the server; a cookie session has none. */
  readonly id: string | undefined
  /** Where the content lives: on the server, or in the browser, sealed or merely signed. */
  readonly kind: 'server' | 'cookie'
  /**
   * Whether what is written into it is sealed by the session itself, for this client: a second seal
   * around a value would add nothing but bytes.
   */
  readonly isSealed?: boolean
  /** Whether its cookie is SameSite=Strict: requests that another site leads to come without it. */
  readonly isStrict?: boolean
  /** What else the developer should know about how the session is set up. */
  readonly doubts?: readonly string[]
  /** Calls back when the framework saves this session although the request has changed nothing. */
  onNeedlessSave?(tell: () => void): void
  /** Reads a value as this request sees it. */
  read(key: string): unknown
  /** Writes a JSON value; the framework saves it with the response, `save` at once. */
  write(key: string, value: unknown): void
  remove(key: string): void
  /**
   * Gives the session a new id and keeps the values of these keys only. `fill` writes what belongs
   * to the new id; then the new session is saved and the old id ended. When the store fails on
   * the way, the old session is still there, unchanged.
   */
  renew(keep: SessionKeep, fill: (session: SessionPort) => Promise<void>): Promise<void>
  /** Saves now, so that the next request sees it however fast it comes. */
  save(): Promise<void>
  /** Ends the session. */
  destroy(): Promise<void>
  /** Where the session's store takes records of ours; absent in cookie sessions. */
  readonly aside?: SessionAside | undefined
}

/** Which keys outlive a new session id: all, or only those named. */
export type SessionKeep = 'everything' | readonly string[]

/** The part of a session's content that is kept; own keys only, so `__proto__` is never merged. */
export function keptOf(content: object, keep: SessionKeep): [string, unknown][] {
  return Object.entries(content).filter(
    ([key]) => key !== '__proto__' && (keep === 'everything' || keep.includes(key)),
  )
}
