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
  Message,
  RequiredResourceAccess,
  SignInAudience,
  Tenant,
  User,
} from './directory.js'
export type {
  Emulator,
  EmulatorOptions,
  Endpoint,
  Fault,
  Faults,
  Grants,
  KeyFamily,
  MintRequest,
  PlatformKeys,
  RequestRecord,
  SignOptions,
} from './emulator.js'
