import type { Endpoint } from './emulator-switches.js'

export interface RequestRecord {
  /** Counts from 1. */
  number: number
  /** When it came, in milliseconds since 1970. */
  time: number
  /** Milliseconds until it was answered. */
  duration?: number
  endpoint: Endpoint
  method: string
  path: string
  /** The tenant segment as it was asked for. */
  tenant: string | undefined
  /** Query and form parameters; secrets, codes, tokens and assertions read `[redacted]`. */
  parameters: Record<string, string>
  /** Headers the protocol looks at; of `Authorization` the scheme alone. */
  headers: Record<string, string>
  /** 0 until answered, and when the connection was dropped. */
  status: number
  /** OAuth error of the answer. */
  error?: string
  /** AADSTS numbers of the answer. */
  codes?: number[]
  /** Graph: claims of the token that was accepted. */
  token?: Record<string, unknown>
  /** What came back, tokens left out; of the last 500 requests. */
  answer?: RecordedAnswer
  /** What the tokens and assertions that were sent or came back say, by parameter or member. */
  tokens?: Record<string, DecodedToken>
}

export interface RecordedAnswer {
  /** Where a redirect leads, codes and tokens left out. */
  location?: string
  /** `WWW-Authenticate` */
  challenge?: string
  /** Seconds of `Retry-After`. */
  retryAfter?: string
  /** A JSON body, tokens left out. */
  body?: unknown
}

/** A JWT without its signature, and so of no use to anybody but a reader. */
export interface DecodedToken {
  header: Record<string, unknown>
  claims: Record<string, unknown>
}
