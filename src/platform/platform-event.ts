import type { PlatformFault } from '../protocol/platform-unavailable-error.js'
import type { TokenVersion } from '../protocol/authority.js'

/** What happened to the platform's keys; holds nothing that a request could have chosen. */
export type PlatformEvent =
  | { readonly type: 'keys-loaded'; readonly version: TokenVersion; readonly keys: number }
  | {
      readonly type: 'keys-unavailable'
      readonly version: TokenVersion
      readonly endpoint: PlatformFault['endpoint']
      readonly failure: PlatformFault['failure']
      /** Milliseconds since the keys now in use were fetched; undefined when there are none. */
      readonly age: number | undefined
    }
  | { readonly type: 'key-withdrawn'; readonly version: TokenVersion; readonly kid: string }
  /** This machine's clock and the platform's differ by more than the tolerance: the platform's less ours. */
  | { readonly type: 'clock-differs'; readonly seconds: number }

export type PlatformEventListener = (event: PlatformEvent) => void
