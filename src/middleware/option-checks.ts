import type { Authority } from '../protocol/authority.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import { isSecureUrl } from '../protocol/loopback.js'
import { isGuid } from '../protocol/tenant.js'
import type { Telemetry } from '../protocol/telemetry.js'
import { tenantPolicyOf, type TenantPolicy } from '../protocol/tenant-policy.js'
import { environmentVariables } from './environment.js'
import type { EntraEventListener } from './event-sink.js'

const shortestSecret = 32
const largestTolerance = 600

export function clientIdOf(value: unknown): string {
  if (isGuid(value)) return value.toLowerCase()
  throw fault(
    'clientId',
    `clientId is ${described(value)}. Expected the GUID that stands as "Application (client) ID" ` +
      `on the overview page of the app registration in the Microsoft Entra admin center.`,
  )
}

export function tenantsOf(value: unknown, authority: Authority): TenantPolicy | undefined {
  if (!authority.multiTenant) {
    if (value === undefined) return undefined
    throw fault(
      'tenants',
      `tenants was given together with the single tenant ${authority.tenant}. Remove tenants, or ` +
        `set tenant to 'organizations' or 'common' to let several tenants in.`,
    )
  }
  if (value !== undefined) return tenantPolicyOf(value as TenantPolicy) // checked there
  throw fault(
    'tenants',
    `tenant is '${authority.tenant}', which would let in users of every tenant, and tenants is ` +
      `missing. Expected a list of tenant GUIDs, a function (tenantId) => boolean, or ` +
      `'any' to let everybody in on purpose.`,
  )
}

/**
 * Audiences and scope prefixes of this API: App ID URIs, kept to the letter, trailing slash too. They
 * stand in challenges, whose scopes are ASCII (RFC 6749 section 3.3).
 */
export function audiencesOf(value: unknown, clientId: string): readonly string[] {
  if (value === undefined) return Object.freeze([`api://${clientId}`])
  const list: unknown[] = Array.isArray(value) ? value : [value]
  if (list.length === 0)
    throw fault('audiences', 'audiences is an empty list. Leave it out instead.')
  return Object.freeze(
    list.map((audience) => {
      if (typeof audience === 'string' && isAppIdUri(audience)) return audience
      throw fault(
        'audiences',
        `audiences holds ${described(audience)}. Expected App ID URIs such as api://${clientId} or ` +
          `https://contoso.com/tasks; they stand under "Expose an API" of the app registration. ` +
          `The client ID itself is always accepted in v2.0 tokens.`,
      )
    }),
  )
}

export function clientsOf(value: unknown): readonly string[] {
  if (value === undefined) return []
  if (Array.isArray(value) && value.length > 0 && value.every(isGuid)) {
    return Object.freeze(value.map((client) => client.toLowerCase()))
  }
  throw fault(
    'allowClientsWithoutPermissions',
    `allowClientsWithoutPermissions is ${described(value)}. Expected a list of client IDs (GUIDs).`,
  )
}

/** The resource identifier of RFC 9728 section 1.2, kept to the letter: clients compare it. */
export function resourceUrlOf(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string' && isResourceUrl(value)) return value
  throw fault(
    'resourceUrl',
    `resourceUrl is ${described(value)}. Expected the public address of this API, such as ` +
      `https://api.contoso.com or https://api.contoso.com/tasks: https (http only for loopback), ` +
      `without query and fragment.`,
  )
}

export function onEventOf(value: unknown): EntraEventListener | undefined {
  if (value === undefined || typeof value === 'function') {
    return value as EntraEventListener | undefined // what it is called with is up to us
  }
  throw fault('onEvent', `onEvent is ${described(value)}. Expected a function of the event.`)
}

export function telemetryOf(value: unknown): Telemetry | undefined {
  if (value === undefined) return undefined
  const { observe, traceHeaders, tell } = Object(value) as Partial<Telemetry> // looked at by its names
  if ([observe, traceHeaders, tell].every((member) => typeof member === 'function')) {
    return value as Telemetry // what it is called with is up to us
  }
  throw fault(
    'telemetry',
    `telemetry is ${described(value)}. Expected openTelemetry() of entrada/opentelemetry, or an ` +
      'object with observe, traceHeaders and tell.',
  )
}

export function baseUrlsOf(value: unknown): readonly string[] {
  if (value === undefined) return []
  const list: unknown[] = Array.isArray(value) ? value : [value]
  const origins = Object.freeze(
    list.map((text) => {
      const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
      if (url !== undefined && isSecureUrl(url) && url.pathname === '/' && url.search === '') {
        return url.origin
      }
      throw fault(
        'baseUrl',
        `baseUrl is ${described(text)}. Expected a public origin such as https://app.contoso.com ` +
          `(http only for loopback) without a path; paths belong to signIn({ routes }).`,
      )
    }),
  )
  const plain = origins.find((origin) => origin.startsWith('http:'))
  if (plain === undefined || origins.every((origin) => origin.startsWith('http:'))) return origins
  // Cookies that plain http takes would not be safe at the others.
  throw fault(
    'baseUrl',
    `baseUrl names ${plain} beside addresses with https. Expected one or the other: give each ` +
      `deployment its own, for example by ${environmentVariables.baseUrl}.`,
  )
}

export function secretsOf(value: unknown): readonly string[] {
  if (value === undefined) return []
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return Object.freeze(
    list.map((secret) => {
      if (typeof secret === 'string' && secret.length >= shortestSecret) return secret
      // The value itself is a secret, so only its length may be told.
      throw fault(
        'secret',
        `secret must be at least ${shortestSecret} characters; found ` +
          `${typeof secret === 'string' ? `${secret.length} characters` : typeof secret}. ` +
          `Make one with: openssl rand -base64 48`,
      )
    }),
  )
}

export function graphEndpointOf(value: unknown, authority: Authority): string {
  if (value === undefined) return authority.cloud.graphResource
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  if (url !== undefined && isSecureUrl(url) && url.pathname === '/') return url.origin
  throw fault(
    'graphEndpoint',
    `graphEndpoint is ${described(value)}. Expected an https origin without a path (http only for ` +
      `loopback, where the emulator's Graph listens).`,
  )
}

export function clientCapabilitiesOf(value: unknown): readonly string[] {
  if (value === undefined) return []
  const list: unknown[] = Array.isArray(value) ? value : [value]
  if (list.every((one) => one === 'cp1')) return Object.freeze(list.slice(0, 1).map(String))
  throw fault(
    'clientCapabilities',
    `clientCapabilities is ${described(value)}. Expected ['cp1'], which declares that this app ` +
      `answers claims challenges, or nothing.`,
  )
}

export function toleranceOf(value: unknown): number {
  if (value === undefined) return 300
  if (typeof value === 'number' && value >= 0 && value <= largestTolerance) return value
  throw fault(
    'clockTolerance',
    `clockTolerance is ${described(value)}. Expected seconds from 0 to ${largestTolerance}.`,
  )
}

/** Bytes that one memory may take. */
export function cacheBytesOf(value: unknown): number {
  if (value === undefined) return 64 * megabyte
  if (typeof value === 'number' && value >= 1 && value <= 65_536) return value * megabyte
  throw fault(
    'cacheMegabytes',
    `cacheMegabytes is ${described(value)}. Expected MiB from 1 to 65536.`,
  )
}

const megabyte = 1024 * 1024

function isResourceUrl(text: string): boolean {
  if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text) || !URL.canParse(text)) return false
  const url = new URL(text)
  const plain = url.username === '' && url.password === '' && !/[?#]/.test(text)
  // A spelling that parsing changes would not be the one that clients compare.
  return isSecureUrl(url) && plain && (url.href === text || url.href === `${text}/`)
}

function isAppIdUri(value: string): boolean {
  return value.length <= 255 && /^[a-z][a-z0-9+.-]*:[\x21\x23-\x5b\x5d-\x7e]+$/i.test(value)
}

function fault(option: string, message: string): ConfigurationError {
  const variables: Partial<Record<string, string>> = environmentVariables
  const environmentVariable = variables[option]
  return new ConfigurationError({
    message,
    option,
    ...(environmentVariable === undefined ? {} : { environmentVariable }),
  })
}

function described(value: unknown): string {
  if (value === undefined) return 'missing'
  return typeof value === 'function' ? 'a function' : JSON.stringify(value)
}
