import type { Account } from './account.js'
import type { TokenVersion } from './authority.js'
import type { EntraErrorCode } from './entra-error.js'
import type { Grant } from './grant.js'
import type { PlatformFault } from './platform-unavailable-error.js'
import type { Explanation, RefusalReason } from './refusal-reason.js'
import type { ScopePurpose } from './scope-purpose.js'

/**
 * What happened, for the developer's log and metrics: every event that the `onEvent` option is
 * given, told apart by `type`. None holds a token, a secret or an address of a request; claim
 * values in an explanation are shortened and printable.
 */
export type EntraEvent =
  RequestRefusedEvent | SignInEvent | TokenEvent | ScopesAskedEvent | PlatformEvent

/** A guard, or `verifyToken()`, turned a caller away. */
export interface RequestRefusedEvent {
  readonly type: 'request-refused'
  readonly code: EntraErrorCode
  /** HTTP status of the answer. */
  readonly status: number
  readonly reason: RefusalReason
  readonly explanation: Explanation
  /** The GUID that the request brought as `client-request-id` or `x-correlation-id`, or a new one. */
  readonly correlationId: string
}

/** What is known of a token request; `correlationId` is what Entra's sign-in log has it under. */
interface TokenRequested {
  readonly grant: Grant
  readonly resource: string | undefined
  readonly correlationId: string
  /** How long it took. */
  readonly milliseconds: number
}

/** What became of a request for a token, sent to the platform once a token had to be fetched. */
export type TokenEvent =
  | ({ readonly type: 'token-acquired' } & TokenRequested)
  | ({
      readonly type: 'token-refused'
      readonly code: EntraErrorCode
      /** HTTP status of the answer that it leads to. */
      readonly status: number
      readonly aadsts: number | undefined
    } & TokenRequested)

/** Who it was: the only names of a user that do not change. */
type Who = Pick<Account, 'tenantId' | 'objectId'>

/** What became of a sign-in. `correlationId` is what Entra's sign-in log has it under. */
export type SignInEvent =
  /** A browser was sent to Entra; `silent` when nobody will be asked anything. */
  | {
      readonly type: 'sign-in-started'
      readonly correlationId: string
      readonly silent: boolean
    }
  | ({ readonly type: 'sign-in-completed'; readonly correlationId: string } & Who)
  /** Nobody was signed in, by the user's, the organization's, Entra's or the app's own decision. */
  | {
      readonly type: 'sign-in-refused'
      readonly code: EntraErrorCode
      /** HTTP status of the answer. */
      readonly status: number
      /** A word for what was wrong, from a closed set. */
      readonly reason: string | undefined
      readonly aadsts: number | undefined
      readonly correlationId: string | undefined
    }
  /** Nobody was signed in, and only the people who run this app can change that. */
  | {
      readonly type: 'sign-in-failed'
      readonly code: EntraErrorCode
      readonly status: number
      readonly message: string
      readonly correlationId: string | undefined
    }
  /** `by` the user here, by Entra because its session ended, or by the app for a user everywhere. */
  | ({ readonly type: 'signed-out'; readonly by: 'user' | 'app' } & Who)
  | { readonly type: 'signed-out'; readonly by: 'platform' }
  /** A sign-in was found to be over: unused for too long, too old, or ended in another place. */
  | ({
      readonly type: 'session-expired'
      readonly reason: 'idle' | 'absolute' | 'revoked'
    } & Who)

/**
 * The program asks for tokens with these scopes: told once for each way it asks. A recording of it
 * shows which scopes are never used (`entrada doctor --events`).
 */
export interface ScopesAskedEvent {
  readonly type: 'scopes-asked'
  readonly purpose: ScopePurpose
  /** Fully qualified. */
  readonly scopes: readonly string[]
}

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

/**
 * A request to the platform as it was sent, to be compared with the protocol's documents. Only the
 * diagnostics channel `entrada:platform-request` is told: there is one for every request.
 */
export interface PlatformRequestEvent {
  readonly type: 'platform-request'
  readonly method: string
  /** Without query. */
  readonly url: string
  /** Those of the form; secrets, codes, tokens and assertions read `[redacted]`. */
  readonly parameters: Readonly<Record<string, string>>
  readonly correlationId: string | undefined
  /** Undefined when there was no answer. */
  readonly status: number | undefined
  readonly milliseconds: number
}

export type PlatformEventListener = (event: PlatformEvent) => void
