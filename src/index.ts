export { EntraError, type EntraErrorCode } from './protocol/entra-error.js'
export { ConfigurationError } from './protocol/configuration-error.js'
export { PlatformUnavailableError } from './protocol/platform-unavailable-error.js'
export {
  AccessDeniedError,
  ClaimsRequiredError,
  RequestInvalidError,
  ScopeMissingError,
  TokenInvalidError,
  TokenMissingError,
} from './protocol/access-errors.js'
export { NoCallerError } from './protocol/no-caller-error.js'
export { EgressRefusedError } from './protocol/egress-refused-error.js'
export { GraphRequestError } from './protocol/graph-request-error.js'
export {
  AdminConsentRequiredError,
  ConsentRequiredError,
  CredentialRejectedError,
  InteractionRequiredError,
  NotDelegatedError,
  RequestRefusedError,
  ThrottledError,
} from './protocol/token-errors.js'
export { ScopesInvalidError } from './protocol/scopes-invalid-error.js'
export type { EntraEvent, RequestRefusedEvent } from './protocol/events.js'
export type { Explanation, RefusalReason } from './protocol/refusal-reason.js'
export type { Account, AccountDetails } from './protocol/account.js'
export type { AppCaller, Caller, UserCaller } from './protocol/caller.js'
export type { AccessRequirement } from './validation/requirement.js'
export type { AccessToken } from './acquisition/access-token.js'
export type { GraphClient } from './acquisition/graph-client.js'
export type { TokenOptions, TokenSource } from './acquisition/token-source.js'
