/**
 * What an error of the platform asks for:
 * `interaction` a sign-in with the claims, `restart` the same sign-in from the beginning,
 * `user-consent` and `admin-consent` consent by either, `denied` nothing, because somebody decided,
 * `credential` another secret or certificate, `configuration` a change of registration or options,
 * `throttled` and `transient` patience, `caller-token` another token from the API's caller.
 */
export type FailureKind =
  | 'interaction'
  | 'restart'
  | 'user-consent'
  | 'admin-consent'
  | 'denied'
  | 'credential'
  | 'configuration'
  | 'throttled'
  | 'transient'
  | 'caller-token'

/** One meaning of one or several AADSTS numbers. */
export interface AadstsRow {
  readonly codes: readonly number[]
  readonly kind: FailureKind
  /** What happened, in a sentence. */
  readonly explanation: string
  /** What to do about it, in a sentence. */
  readonly cure: string
  /** Where the OAuth `error` tells two uses of one number apart. */
  readonly kindByError?: Readonly<Record<string, FailureKind>>
}

/** The shape in which the tables are written. */
export type AadstsEntry = readonly [codes: readonly number[], explanation: string, cure: string]

export function rowsOf(kind: FailureKind, entries: readonly AadstsEntry[]): readonly AadstsRow[] {
  return entries.map(([codes, explanation, cure]) =>
    Object.freeze({ codes: Object.freeze([...codes]), kind, explanation, cure }),
  )
}
