import type { ApplicationGrant, DelegatedGrant, Directory } from './directory.js'
import type { ConditionalAccess, Faults, Lifetimes, Throttling } from './emulator-switches.js'
import type { RequestRecord } from './request-record.js'

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
  /** The page with every switch and the live log of requests: `http://localhost:PORT/emulator`. */
  readonly controlUrl: string
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
  /** Any kind of token as the platform itself would issue it, with overrides and without a grant. */
  mintToken(request: MintRequest | IdTokenMint | RefreshTokenMint): Promise<string>
  /**
   * Signs a user in to an application under test, through the platform's own pages, and leaves the
   * session's cookies with the agent: `request.agent(app)` of supertest, or anything like it.
   * Resolves to the answer of the application's callback.
   *
   * @param user user principal name or object id
   * @throws Error that says where the sign-in got stuck and why
   */
  signInAs<Answer extends AgentAnswer>(
    user: string,
    agent: SignInAgent<Answer>,
    options?: SignInOptions,
  ): Promise<Answer>
  /**
   * The user's part of a sign-in alone: from the address an application redirects to, to the answer
   * it is sent back with. For test clients that are no supertest agent.
   */
  answerSignIn(authorizeUrl: string, answers: SignInAnswers): Promise<SignInAnswer>
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

export interface SignOptions {
  header?: Record<string, unknown>
  family?: KeyFamily
  kid?: string
}

/** What every kind of token can be asked for with. */
interface MintOverrides {
  /** Tenant GUID; the user's, or the client's when left out. */
  tenant?: string
  /** Overrides for the payload; `undefined` deletes a claim. */
  claims?: Record<string, unknown>
  /** Overrides for the header; `undefined` deletes a member. */
  header?: Record<string, unknown>
  /** Lifetime in seconds. */
  expiresIn?: number
  /** Another key than the platform would take: of the other family, or by its id. */
  key?: { family?: KeyFamily; kid?: string }
}

export interface MintRequest extends MintOverrides {
  kind?: 'access'
  /** Application id of the API the token is for. */
  resource: string
  /** Token version; the API's registration decides when left out. */
  version?: 1 | 2
  /** Object id of the user; without one the token is app-only. */
  user?: string
  /** Application id of the client; the web app's or the daemon's when left out. */
  client?: string
  scopes?: string[]
  roles?: string[]
}

export interface IdTokenMint extends MintOverrides {
  kind: 'id'
  /** Application id of the client the token is for. */
  client: string
  /** Object id of the user. */
  user: string
  version?: 1 | 2
  nonce?: string
}

/** Good at the token endpoint as one that came with a sign-in; what it can get is consented to. */
export interface RefreshTokenMint {
  kind: 'refresh'
  /** Application id of the client. */
  client: string
  /** Object id of the user. */
  user: string
  /** `scope` of the sign-in, in full names; `openid profile offline_access` when left out. */
  scope?: string
}

/** What a user does on the pages. */
export interface SignInAnswers {
  /** User principal name or object id; for a guest those at home as well. */
  user: string
  /** On the consent page; `accept` when left out. */
  consent?: 'accept' | 'decline'
  /** Whether an administrator consents for the organization. */
  forOrganization?: boolean
}

export interface SignInOptions extends Omit<SignInAnswers, 'user'> {
  /** A path that begins a sign-in; `/auth/login` when left out. */
  path?: string
}

/** How an application gets its answer: by a redirect, or as a form its page posts. */
export type SignInAnswer =
  { method: 'GET'; url: string } | { method: 'POST'; url: string; fields: Record<string, string> }

/** The part of a supertest agent that a sign-in needs. */
export interface SignInAgent<Answer extends AgentAnswer = AgentAnswer> {
  get(path: string): AgentRequest<Answer>
  post(path: string): AgentRequest<Answer>
}

export interface AgentRequest<Answer> extends PromiseLike<Answer> {
  set(headers: Record<string, string>): AgentRequest<Answer>
  type(type: 'form'): AgentRequest<Answer>
  send(fields: Record<string, string>): AgentRequest<Answer>
}

export interface AgentAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
}
