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
  /** Is told when the directory file has changed, also when what it holds now cannot be used. */
  onDirectoryChange?: (file: DirectoryFile) => void
}

/** The file a directory was read from; the emulator follows its changes. */
export interface DirectoryFile {
  readonly path: string
  /** What the file holds that the emulator leaves out. */
  readonly notes: readonly string[]
  /** Why the file cannot be used any more; what it said before is still in force. */
  readonly problem: Error | undefined
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
  /** Set when the directory was given as a path. */
  readonly directoryFile: DirectoryFile | undefined
  readonly keys: PlatformKeys
  /** The live consent store. */
  readonly grants: Grants
  /** Conditional Access and continuous access evaluation. */
  readonly conditionalAccess: ConditionalAccess
  /** How long tokens and codes are good for. */
  readonly lifetimes: Lifetimes
  readonly throttling: Throttling
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
  /**
   * Puts a new key in use at once, keeps the old one published; returns its kid. Organizations' key
   * when no family is named.
   */
  rotate(family?: KeyFamily): string
  /**
   * Publishes a key of another cloud, such as `microsoftonline.us`, that signs nothing of this one;
   * returns its kid, with which `sign` forges what must be refused.
   */
  publishForeign(cloudInstanceName: string): string
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
  /**
   * Sign-in frequency: a refresh token for the API is AADSTS70043 once the sign-in is older, and
   * single sign-on asks again.
   */
  limitSession(policy: SessionPolicy): void
  /**
   * Nobody, or the user named, gets tokens for the API: AADSTS53003 with `capolids` from the token
   * endpoint, a page at the browser.
   */
  block(policy: BlockPolicy): void
  /** Takes back what is required; sessions that were ended stay ended. */
  clear(): void
}

/** Asked for with tokens for an API, or with an authentication context such as `c1`. */
export type MfaPolicy = ({ resource: string } | { context: string }) & {
  /** 50076, the default: the user must use it; 50079: the user must register for it first. */
  code?: 50076 | 50079
}

export interface SessionPolicy {
  /** Application id of the API. */
  resource: string
  /** How old a sign-in may be. */
  seconds: number
}

export interface BlockPolicy {
  /** Application id of the API. */
  resource: string
  /** Object id of the user; everybody when left out. */
  user?: string
}

/** All in seconds. What is left out keeps the platform's own lifetime. */
export interface LifetimeChoice {
  /** A random 60 to 90 minutes for users, an hour for applications. */
  accessToken?: number
  /** A minute. */
  code?: number
  /** Without use: 90 days. */
  refreshToken?: number
  /**
   * Tokens for Microsoft Graph of clients that declared `cp1` live this long, about a day at
   * Microsoft, and `refresh_in` is half of it. As other tokens when left out.
   */
  continuousAccess?: number
}

export interface Lifetimes {
  set(choice: LifetimeChoice): void
  clear(): void
}

export interface ThrottleRule {
  /** Application id of the client; every client when left out. */
  client?: string
  /** Seconds for `Retry-After`; 60 when left out. */
  retryAfter?: number
  /** How many requests are throttled; all of them when left out. */
  times?: number
}

/** AADSTS50196: 429 with `Retry-After` for client credentials, `invalid_grant` in a user's name. */
export interface Throttling {
  limit(rule?: ThrottleRule): void
  /** Throttles, as Microsoft does, from the 15th identical token request in five minutes on. */
  detectLoops(): void
  clear(): void
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
