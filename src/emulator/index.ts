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
  ManagedIdentity,
  Message,
  RequiredResourceAccess,
  SignInAudience,
  Tenant,
  User,
} from './directory.js'
export type {
  ConditionalAccess,
  Emulator,
  EmulatorOptions,
  Endpoint,
  Fault,
  Faults,
  Grants,
  KeyFamily,
  MfaPolicy,
  MintRequest,
  PlatformKeys,
  RequestRecord,
  SignOptions,
  Workload,
  WorkloadTokenRequest,
} from './emulator.js'
