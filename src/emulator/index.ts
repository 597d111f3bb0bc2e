export { contosoDirectory } from './contoso.js'
export { graphApplication } from './graph-application.js'
export { startEmulator } from './start.js'
export type {
  Application,
  ApplicationGrant,
  AppRole,
  DelegatedGrant,
  DelegatedPermission,
  Directory,
  FederatedCredential,
  GroupMembershipClaims,
  ManagedIdentity,
  Message,
  RequiredResourceAccess,
  SignInAudience,
  Tenant,
  User,
} from './directory.js'
export type {
  AgentAnswer,
  AgentRequest,
  DirectoryFile,
  Emulator,
  EmulatorOptions,
  Grants,
  IdTokenMint,
  KeyFamily,
  MintRequest,
  PlatformKeys,
  RefreshTokenMint,
  SignInAgent,
  SignInAnswer,
  SignInAnswers,
  SignInOptions,
  SignOptions,
  Workload,
  WorkloadTokenRequest,
} from './emulator.js'
export type {
  BlockPolicy,
  ConditionalAccess,
  Endpoint,
  Fault,
  Faults,
  LifetimeChoice,
  Lifetimes,
  MfaPolicy,
  SessionPolicy,
  ThrottleRule,
  Throttling,
} from './emulator-switches.js'
export type { DecodedToken, RecordedAnswer, RequestRecord } from './request-record.js'
