import { EntraError } from './entra-error.js'

export interface ScopesFault {
  /** What was found and why it cannot be. */
  readonly found: string
  /** What to write instead. */
  readonly cure: string
  /** The AADSTS number the platform would have answered with, where it would have refused. */
  readonly aadsts?: number
  /** The scopes as the program wrote them. */
  readonly scopes: readonly string[]
}

/**
 * Scopes that the platform would refuse, or that would give a token other than the one asked
 * for. Thrown before anything is sent; `aadsts` is the answer that was spared, `cure` the way out.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/scopes-oidc
 */
export class ScopesInvalidError extends EntraError {
  readonly code = 'ERR_ENTRA_SCOPES_INVALID'
  readonly aadsts: number | undefined
  readonly cure: string
  readonly scopes: readonly string[]

  constructor(fault: ScopesFault) {
    const number =
      fault.aadsts === undefined ? '' : ` The platform would answer AADSTS${fault.aadsts}.`
    super(`${fault.found}${number} ${fault.cure}`, { status: 500 })
    this.aadsts = fault.aadsts
    this.cure = fault.cure
    this.scopes = Object.freeze([...fault.scopes])
  }
}

/** A scope as it may stand in a message: quoted, printable, short. */
export function quotedScope(text: string): string {
  const printable = JSON.stringify(text.slice(0, 200)).replaceAll(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return text.length > 200 ? `${printable.slice(0, -1)}…"` : printable
}
