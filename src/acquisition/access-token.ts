const redacted = '[redacted]'

export interface AccessTokenDetail {
  readonly token: string
  readonly scopes: readonly string[]
  readonly expiresAt: number
  readonly refreshAt?: number
}

/**
 * A token for another API, opaque to this app: it is passed on, never read. Printing, logging or
 * serialising it shows `[redacted]`; `reveal()` is the one way to the text.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/access-tokens
 */
export class AccessToken {
  readonly #text: string
  /** What the platform granted, fully qualified; may be more or less than what was asked for. */
  readonly scopes: readonly string[]
  /** When the platform said it expires; milliseconds since the epoch. */
  readonly expiresAt: number
  /** From when on a new one is worth asking for; milliseconds since the epoch, up to `expiresAt`. */
  readonly refreshAt: number

  constructor(granted: AccessTokenDetail) {
    this.#text = granted.token
    this.scopes = Object.freeze([...granted.scopes])
    this.expiresAt = granted.expiresAt
    this.refreshAt = granted.refreshAt ?? granted.expiresAt
    Object.freeze(this)
  }

  /** The token's text, to be sent as `Authorization: Bearer …` to the API it was issued for. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return redacted
  }

  toJSON(): string {
    return redacted
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `AccessToken ${redacted}`
  }
}
