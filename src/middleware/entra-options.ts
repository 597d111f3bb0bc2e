import type { TenantPolicy } from '../protocol/tenant-policy.js'

/** A client secret of the app registration: the secret's value, not its ID. */
export interface SecretCredential {
  readonly secret: string | undefined
}

/**
 * A certificate of the app registration: PEM text with the certificate and its PKCS#8 private key,
 * given as text or as the path of a file that holds it.
 */
export interface CertificateCredential {
  readonly certificate: { readonly pem: string | undefined } | { readonly path: string | undefined }
}

export type CredentialOption = SecretCredential | CertificateCredential

/**
 * What `entra()` takes. `undefined` means "not given", so `process.env.X` may be written as it is:
 * what is missing is named at construction. Everything can also come from the environment (docs/configuration.md has
 * the table); an option wins over its environment variable.
 */
export interface EntraOptions {
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
  /** App ID URIs of this API: audiences of v1.0 tokens and prefixes of its scopes. `api://{clientId}` by default. */
  readonly audiences?: readonly string[] | undefined
  /** Clients let in without scope or role, because an access list elsewhere decides: GUIDs. */
  readonly allowClientsWithoutPermissions?: readonly string[] | undefined
  /** Public origin(s) of this app, such as `https://app.contoso.com`; needed by sign-in. */
  readonly baseUrl?: string | readonly string[] | undefined
  /** At least 32 characters, the newest first; seals sign-in transactions and stored tokens. */
  readonly secret?: string | readonly string[] | undefined
  /** Where Microsoft Graph is called; the cloud's own host by default. The emulator has another. */
  readonly graphEndpoint?: string | undefined
  /** How far clocks may differ, in seconds; 300 by default, 600 at the most. */
  readonly clockTolerance?: number | undefined
  /** Replaces the global fetch, for a proxy or a test. */
  readonly fetch?: typeof fetch | undefined
  /** Replaces the system clock; milliseconds since the epoch. For tests. */
  readonly clock?: (() => number) | undefined
}
