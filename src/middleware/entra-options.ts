import type { Telemetry } from '../protocol/telemetry.js'
import type { TenantPolicy } from '../protocol/tenant-policy.js'
import type { TokenStore } from '../stores/token-store.js'
import type { ApiOptions } from './api-options.js'
import type { EntraEventListener } from './event-sink.js'

/** A client secret of the app registration: the secret's value, not its ID. */
export interface SecretCredential {
  readonly secret: string | undefined
}

/**
 * A certificate of the app registration: PEM text with the certificate and its PKCS#8 private key,
 * given as text or as the path of a file that holds it.
 */
export interface CertificateCredential {
  readonly certificate: (
    { readonly pem: string | undefined } | { readonly path: string | undefined }
  ) & {
    /** Sends the certificates along, where the platform trusts them by subject name and issuer. */
    readonly x5c?: boolean | undefined
  }
}

/** The managed identity of the machine; user-assigned when its client ID is given. */
export interface ManagedIdentityChoice {
  readonly clientId?: string | undefined
}

/**
 * What another issuer says of this workload, for a federated credential of the app registration: a
 * token file as Kubernetes mounts it, a managed identity, or whatever token a function gets.
 */
export interface FederatedCredential {
  readonly federated:
    | { readonly tokenFile: string | undefined }
    | { readonly managedIdentity: ManagedIdentityChoice }
    | { readonly assertion: () => Promise<string> }
}

/**
 * Tokens of a managed identity itself, for `forApp()` only: the app registration has no part in it,
 * so nobody can sign in and there is no on-behalf-of.
 */
export interface ManagedIdentityCredential {
  readonly managedIdentity: ManagedIdentityChoice
}

/** What proves the app registration. */
export type ClientCredential = SecretCredential | CertificateCredential | FederatedCredential

/**
 * One credential, or several in order of preference: the next one is tried when the platform
 * rejects one, and the one that worked comes first from then on.
 */
export type CredentialOption =
  ClientCredential | readonly [ClientCredential, ...ClientCredential[]] | ManagedIdentityCredential

/**
 * What `entra()` takes. `undefined` means "not given", so `process.env.X` may be written as it is:
 * what is missing is named at construction. Everything can also come from the environment (docs/configuration.md has
 * the table); an option wins over its environment variable.
 * `Api` are the names that are given to other APIs.
 */
export interface EntraOptions<Api extends string = string> {
  /** The tenant's GUID or one of its domains; `common` or `organizations` only with `tenants`. */
  readonly tenant?: string | undefined
  /** Application (client) ID of the app registration: a GUID. */
  readonly clientId?: string | undefined
  /** How this app proves who it is; needed by sign-in, on-behalf-of and app-only tokens. */
  readonly credential?: CredentialOption | undefined
  /** Which tenants' users and apps are let in when `tenant` is `common` or `organizations`. */
  readonly tenants?: TenantPolicy | undefined
  /** Origin of the cloud's sign-in host; `https://login.microsoftonline.com` by default. */
  readonly authorityHost?: string | undefined
  /** The user flow or custom policy of an Azure AD B2C tenant, such as `B2C_1_susi`; B2C hosts only. */
  readonly policy?: string | undefined
  /** True when the registration signs with keys of its own (claims mapping); false by default. */
  readonly customSigningKeys?: boolean | undefined
  /** App ID URIs of this API: audiences of v1.0 tokens and prefixes of its scopes. `api://{clientId}` by default. */
  readonly audiences?: readonly string[] | undefined
  /** Clients let in without scope or role, because an access list elsewhere decides: GUIDs. */
  readonly allowClientsWithoutPermissions?: readonly string[] | undefined
  /**
   * Public address of this API, such as `https://api.contoso.com/tasks`: names it in its protected
   * resource metadata, to which challenges then lead (RFC 9728).
   */
  readonly resourceUrl?: string | undefined
  /** Public origin(s) of this app, such as `https://app.contoso.com`; needed by sign-in. */
  readonly baseUrl?: string | readonly string[] | undefined
  /** At least 32 characters, the newest first; seals sign-in transactions and stored tokens. */
  readonly secret?: string | readonly string[] | undefined
  /**
   * Where several processes share tokens, such as `redisTokenStore({ client })` of `entrada/redis`;
   * this process's memory by default. Needs `secret`.
   */
  readonly store?: TokenStore | undefined
  /** Where Microsoft Graph is called; the cloud's own host by default. The emulator has another. */
  readonly graphEndpoint?: string | undefined
  /** Other APIs that this app calls, by names of its own, and where their tokens may go. */
  readonly apis?: Readonly<Record<Api, ApiOptions>> | undefined
  /**
   * `['cp1']` declares that this app answers claims challenges: tokens then live for up to a day, and
   * an API ends them by a challenge. `fetch`, `graph` and `errors()` answer those; declare it when the
   * app calls APIs through them only, or answers challenges itself.
   */
  readonly clientCapabilities?: readonly 'cp1'[] | undefined
  /**
   * MiB that each of this instance's memories may take, 64 by default: tokens that were verified,
   * tokens for other APIs, records of sessions that were opened. A token of the usual length takes
   * about 7 KiB. What does not fit is verified, fetched or opened again.
   */
  readonly cacheMegabytes?: number | undefined
  /** How far clocks may differ, in seconds; 300 by default, 600 at the most. */
  readonly clockTolerance?: number | undefined
  /** Is told what happens: refusals with their explanation, the platform's keys. For logs and metrics. */
  readonly onEvent?: EntraEventListener | undefined
  /** Is told how long work takes and how it ends, such as `openTelemetry()` of `entrada/opentelemetry`. */
  readonly telemetry?: Telemetry | undefined
  /** Replaces the global fetch, for a proxy or a test. */
  readonly fetch?: typeof fetch | undefined
  /** Replaces the system clock; milliseconds since the epoch. For tests. */
  readonly clock?: (() => number) | undefined
}
