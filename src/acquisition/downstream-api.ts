/** An API of `entra({ apis })`, checked and settled. */
export interface DownstreamApi {
  readonly name: string
  /** Origin and path, without a slash at the end: what every path is put behind. */
  readonly baseUrl: string
  readonly origin: string
  /** Fully qualified, of one resource. */
  readonly scopes: readonly string[]
  readonly resource: string
  /** Milliseconds that one call may take as a whole: tokens, attempts, waiting and body. */
  readonly timeout: number
  /** How often a call that may be repeated is sent again at the most. */
  readonly retry: number
}

export type DownstreamApis = ReadonlyMap<string, DownstreamApi>
