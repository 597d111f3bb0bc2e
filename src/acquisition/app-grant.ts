import type { ManagedIdentity } from '../platform/managed-identity.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import type { Grant } from '../protocol/grant.js'
import type { TokenResponse } from '../stores/kept-token.js'
import type { AcquisitionSettings } from './acquisition-settings.js'
import { createTokenCache, type TokenCache } from './token-cache.js'
import { digestOf } from './token-digest.js'

export interface AppTokenRequest {
  /** GUID or domain. */
  readonly tenant: string
  /** `{resource}/.default` */
  readonly scope: string
  readonly resource: string
  /** Claims request, as JSON, of an API that refused the token before. */
  readonly claims?: string | undefined
  /** SHA-256 of that token, as bytes in text. */
  readonly refused?: string | undefined
}

/** A way in which the app gets tokens without a user. */
export interface AppGrant {
  readonly kind: Extract<Grant, 'client_credentials' | 'managed_identity'>
  readonly cache: TokenCache
  /** The tenant that tokens are from; undefined when that is not for the app to say. */
  tenantFor(given: string | undefined): string | undefined
  request(request: AppTokenRequest): Promise<TokenResponse>
}

/** The managed identity where there is one, the app registration with its credential otherwise. */
export function appGrantOf(settings: AcquisitionSettings): AppGrant {
  const { managedIdentity } = settings
  return managedIdentity === undefined
    ? clientCredentials(settings)
    : identityTokens(settings, managedIdentity)
}

function clientCredentials(settings: AcquisitionSettings): AppGrant {
  return {
    kind: 'client_credentials',
    cache: createTokenCache(settings, 'client_credentials'),
    tenantFor: (given) => given?.toLowerCase() ?? settings.authority.tenant,
    request: (request) => settings.endpoint.clientCredentials(request),
  }
}

function identityTokens(settings: AcquisitionSettings, identity: ManagedIdentity): AppGrant {
  return {
    kind: 'managed_identity',
    // What other processes put into the store may be of another machine's identity.
    cache: createTokenCache({ ...settings, store: undefined }, 'managed_identity'),
    tenantFor(given) {
      if (given === undefined) return undefined
      throw new ConfigurationError({
        message:
          `forApp({ tenant: ${JSON.stringify(given)} }) was called, and credential is ` +
          '{ managedIdentity }. A managed identity belongs to one tenant: remove tenant, or prove ' +
          'the app registration with { federated: { managedIdentity: {} } }.',
        option: 'credential',
      })
    },
    async request({ resource, refused }) {
      const token = await identity.token(resource, refused && hexadecimalOf(refused))
      const isRefused = refused !== undefined && refused === (await digestOf(token.access_token))
      return isRefused ? { ...token, expires_in: refusedLifetime } : { ...token }
    },
  }
}

/**
 * Seconds. A machine keeps its tokens for up to a day and takes no claims, so it may give the refused
 * one again: that is not kept, but neither is the machine asked with every call.
 */
const refusedLifetime = 30

function hexadecimalOf(bytes: string): string {
  const digits = (byte: string) => byte.charCodeAt(0).toString(16).padStart(2, '0')
  return Array.from(bytes, digits).join('')
}
