import type { ApplicationGrant, DelegatedGrant, Directory } from './directory.js'

export interface EmulatorOptions {
  /** Port of the sign-in platform; 0, the default, takes a free one. */
  port?: number
  /** Port of Microsoft Graph; 0, the default, takes a free one. */
  graphPort?: number
  /**
   * What the emulator calls itself in issuers and endpoints, for instance
   * `https://login.microsoftonline.us`. It still listens on loopback only.
   */
  publicOrigin?: string
  /** The clock, in milliseconds since 1970; `Date.now` by default. */
  now?: () => number
}

export interface Emulator {
  /** What issuers and endpoints begin with: `http://localhost:PORT`, or `publicOrigin`. */
  readonly origin: string
  /** Where the emulator really listens: `http://localhost:PORT`. */
  readonly listening: string
  /** The origin with the first tenant's GUID. */
  readonly authority: string
  /** Where Microsoft Graph listens: `http://localhost:PORT2`. */
  readonly graphOrigin: string
  /** The live directory, a deep copy of what was given; changes take effect at once. */
  readonly directory: Directory
  readonly keys: PlatformKeys
  /** The live consent store. */
  readonly grants: Grants
  /** Conditional Access and continuous access evaluation. */
  readonly conditionalAccess: ConditionalAccess
  readonly faults: Faults
  /** What was asked of the emulator, oldest first, secrets left out. */
  readonly requests: readonly RequestRecord[]
  clearRequests(): void
  /** Signs any JWT with a key of the platform: what tests forge tokens from. */
  sign(payload: Record<string, unknown>, options?: SignOptions): Promise<string>
  /** An access token as the platform itself would issue it, with overrides. */
  mintToken(request: MintRequest): Promise<string>
  /** The machine an app runs on: its managed identities, and an issuer of workload tokens. */
  readonly workload: Workload
  /** Closes both listeners and every open connection. */
  stop(): Promise<void>
}

export interface Workload {
  /** Issuer of the tokens that `mint` gives, with its discovery document and keys. */
  readonly issuer: string
  /**
   * The environment of a virtual machine: through the Instance Metadata Service it finds the
   * directory's managed identities.
   */
  readonly virtualMachine: Readonly<Record<string, string>>
  /** The environment of App Service, Functions and Container Apps. */
  readonly appService: Readonly<Record<string, string>>
  /** A token as Kubernetes mounts it into a pod, for a federated credential. */
  mint(request: WorkloadTokenRequest): Promise<string>
}

export interface WorkloadTokenRequest {
  /** For instance `system:serviceaccount:default:tasks`. */
  subject: string
  /** `api://AzureADTokenExchange` when left out. */
  audience?: string
  /** Overrides for the payload; `undefined` deletes a claim. */
  claims?: Record<string, unknown>
  /** Lifetime in seconds; an hour when left out. */
  expiresIn?: number
}

export type KeyFamily = 'organization' | 'personal'

export interface PlatformKeys {
  /** Puts a new organization key in use at once, keeps the old one published; returns its kid. */
  rotate(): string
  /** No longer publishes the key. */
  withdraw(kid: string): void
  /** The key that signs now. */
  current(family?: KeyFamily): { kid: string; privateKey: CryptoKey }
}

export interface Grants {
  grantDelegated(grant: DelegatedGrant): void
  grantApplication(grant: ApplicationGrant): void
  list(): { delegated: DelegatedGrant[]; application: ApplicationGrant[] }
  clear(): void
}

/** What an administrator decides about sessions and sign-ins. */
export interface ConditionalAccess {
  /**
   * Ends the user's sessions, as a new password or a disabled account does: no browser is signed in
   * any more, refresh tokens are AADSTS50173, and Microsoft Graph answers earlier access tokens of
   * clients that declared `cp1` with a claims challenge. A service principal's id works as well.
   */
  revokeSessions(objectId: string): void
  /**
   * Tokens for the API take multifactor authentication, which a sign-in at the browser proves for
   * its session. Before that every other grant is refused, with claims to sign in with.
   */
  requireMfa(policy: MfaPolicy): void
  /**
   * Microsoft Graph asks users for an authentication context such as `c1`; clients that declared
   * `cp1` get a claims challenge, others 403.
   */
  requireContext(context: string): void
  /** Takes back what is required; sessions that were ended stay ended. */
  clear(): void
}

export interface MfaPolicy {
  /** Application id of the API. */
  resource: string
  /** 50076, the default: the user must use it; 50079: the user must register for it first. */
  code?: 50076 | 50079
}

export interface SignOptions {
  header?: Record<string, unknown>
  family?: KeyFamily
  kid?: string
}

export interface MintRequest {
  /** Application id of the API the token is for. */
  resource: string
  /** Token version; the API's registration decides when left out. */
  version?: 1 | 2
  /** Object id of the user; without one the token is app-only. */
  user?: string
  /** Application id of the client; the web app's or the daemon's when left out. */
  client?: string
  /** Tenant GUID; the user's, or the client's when left out. */
  tenant?: string
  scopes?: string[]
  roles?: string[]
  /** Overrides for the payload; `undefined` deletes a claim. */
  claims?: Record<string, unknown>
  /** Overrides for the header; `undefined` deletes a member. */
  header?: Record<string, unknown>
  /** Lifetime in seconds. */
  expiresIn?: number
}

export type Endpoint =
  | 'discovery'
  | 'keys'
  | 'authorize'
  | 'token'
  | 'logout'
  | 'graph'
  | 'adminconsent'
  | 'managed-identity'
  | 'other'

export interface Fault {
  endpoint: Exclude<Endpoint, 'other'> | 'any'
  /**
   * slow: answers after `ms`; status: answers `status` (with `retryAfter` seconds and `body`);
   * reset: drops the connection; hang: never answers; garbage: answers 200 with something unreadable.
   */
  kind: 'slow' | 'status' | 'reset' | 'hang' | 'garbage'
  ms?: number
  status?: number
  retryAfter?: number
  body?: string | Record<string, unknown>
  /** How many requests meet the fault; all of them when left out. */
  times?: number
}

export interface Faults {
  set(fault: Fault): void
  clear(): void
}

export interface RequestRecord {
  endpoint: Endpoint
  method: string
  path: string
  /** The tenant segment as it was asked for. */
  tenant: string | undefined
  /** Query and form parameters; secrets, codes, tokens and assertions read `[redacted]`. */
  parameters: Record<string, string>
  /** 0 until answered, and when the connection was dropped. */
  status: number
  /** OAuth error of the answer. */
  error?: string
  /** AADSTS numbers of the answer. */
  codes?: number[]
  /** Graph: claims of the token that was accepted. */
  token?: Record<string, unknown>
}
