/**
 * Room for records in the store that holds the sessions, each under an id of its own: what a session
 * need not carry through every request is shared exactly where the session is. Each method rejects
 * with a SessionUnavailableError (ERR_ENTRA_SESSION_UNAVAILABLE) when the store fails.
 */
export interface SessionAside {
  /** An id such as the sessions of this application have, and nobody else's. */
  newId(): Promise<string>
  /** What was written under the id, if it is still there. */
  read(id: string): Promise<string | undefined>
  /** @param lifetime Milliseconds after which the record may be gone. */
  write(id: string, value: string, lifetime: number): Promise<void>
  remove(id: string): Promise<void>
}

/** What a record's value is called where the store takes nothing but sessions. */
export const asideKey = 'entrada.aside'

/** The value in what a store has given; own keys only. */
export function asideValueOf(content: unknown): string | undefined {
  const held: unknown = Object(content)
  if (typeof held !== 'object' || held === null || !Object.hasOwn(held, asideKey)) return undefined
  const value: unknown = (held as Record<string, unknown>)[asideKey] // an object with this own key
  return typeof value === 'string' ? value : undefined
}
