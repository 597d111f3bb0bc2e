import type { AccessToken } from './access-token.js'

/** One scope, several separated by spaces, or a list. A scope without a resource means Graph. */
export type Scopes = string | readonly string[]

export interface TokenSourceSettings {
  readonly acquire: (scopes: Scopes | undefined) => Promise<AccessToken>
  readonly graph: GraphAddress
  readonly fetch: typeof fetch
  /** Whether tokens stand for a user: only then Graph has a `/me`. */
  readonly delegated: boolean
}

export interface GraphAddress {
  /** Prefix of Graph's scopes. */
  readonly resource: string
  /** Origin that Graph is called at. */
  readonly endpoint: string
  readonly hosts: readonly string[]
}
