import type { DownstreamApis } from '../acquisition/downstream-api.js'
import type { Host } from '../host/host.js'
import {
  createCredential,
  createManagedIdentityCaller,
  type Credential,
} from '../platform/credential.js'
import type { ManagedIdentity } from '../platform/managed-identity.js'
import { systemClock, type Clock } from '../platform/clock.js'
import { shownFetch } from '../platform/shown-fetch.js'
import { tracedFetch } from '../platform/traced-fetch.js'
import { authorityOf, type Authority } from '../protocol/authority.js'
import { challengeContextOf, type ChallengeContext } from '../protocol/bearer-challenge.js'
import { closestName } from '../protocol/closest-name.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import type { EntraEvent } from '../protocol/events.js'
import { metadataUrlOf } from '../protocol/protected-resource.js'
import type { Telemetry } from '../protocol/telemetry.js'
import type { TenantPolicy } from '../protocol/tenant-policy.js'
import type { TokenStore } from '../stores/token-store.js'
import { apisOf } from './api-options.js'
import type { EntraOptions } from './entra-options.js'
import { withEnvironment } from './environment.js'
import type { ErrorDetail } from './error-page.js'
import { createEventSink } from './event-sink.js'
import {
  audiencesOf,
  baseUrlsOf,
  cacheBytesOf,
  clientCapabilitiesOf,
  clientIdOf,
  clientsOf,
  graphEndpointOf,
  onEventOf,
  resourceUrlOf,
  secretsOf,
  telemetryOf,
  tenantsOf,
  toleranceOf,
} from './option-checks.js'
import { storeOf } from './store-option.js'

/** Every option checked and settled; nothing after this asks whether an option is well formed. */
export interface Settings {
  readonly authority: Authority
  readonly clientId: string
  /** The client whose own signing keys are asked for (`?appid=`); undefined for the tenant's keys. */
  readonly signingKeysOf: string | undefined
  /** Proves the app registration; undefined when there is none. */
  readonly credential: Credential | undefined
  /** Gets app-only tokens in the app registration's place; undefined when there is a credential. */
  readonly managedIdentity: ManagedIdentity | undefined
  readonly tenants: TenantPolicy | undefined
  readonly audiences: readonly string[]
  readonly aclClients: readonly string[]
  /** The public address of this API; undefined when it publishes no metadata. */
  readonly resourceUrl: string | undefined
  /** What every challenge of this API says. */
  readonly challenge: ChallengeContext
  /** How much an answer in JSON tells about a refusal. */
  readonly errorDetail: ErrorDetail
  readonly baseUrls: readonly string[]
  readonly secrets: readonly string[]
  /** What several processes share; undefined when each keeps its own tokens. */
  readonly store: TokenStore | undefined
  readonly graphEndpoint: string
  /** What is called by name. */
  readonly apis: DownstreamApis
  /** What this app can do for the platform; every authorization and token request says so. */
  readonly clientCapabilities: readonly string[]
  /** What each memory of this process may take. */
  readonly cacheBytes: number
  readonly clockToleranceSeconds: number
  readonly onEvent: (event: EntraEvent) => void
  /** Undefined when nobody observes. */
  readonly telemetry: Telemetry | undefined
  readonly fetch: typeof fetch
  readonly clock: Clock
  readonly host: Host
}

const optionNames: Record<keyof EntraOptions, true> = {
  tenant: true,
  clientId: true,
  credential: true,
  tenants: true,
  authorityHost: true,
  policy: true,
  customSigningKeys: true,
  audiences: true,
  allowClientsWithoutPermissions: true,
  resourceUrl: true,
  baseUrl: true,
  secret: true,
  store: true,
  graphEndpoint: true,
  apis: true,
  clientCapabilities: true,
  cacheMegabytes: true,
  clockTolerance: true,
  onEvent: true,
  telemetry: true,
  fetch: true,
  clock: true,
}

/**
 * Reads options and environment into settings.
 *
 * @throws ConfigurationError naming the option and the environment variable that is wrong.
 */
export function settingsOf(given: EntraOptions, host: Host): Settings {
  refuseUnknownNames(given)
  const options = withEnvironment(given, host)
  const authority = authorityOf(tenantOf(options), options.authorityHost, options.policy)
  const clientId = clientIdOf(options.clientId)
  const clock = options.clock ?? systemClock
  const resourceUrl = resourceUrlOf(options.resourceUrl)
  // Bound late, so that a fetch replaced after import (instrumentation) is the one that is used.
  const plainly: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init))
  const telemetry = telemetryOf(options.telemetry)
  const { origin } = authority
  const send = tracedFetch(shownFetch(plainly, { origin, clock, host }), telemetry)
  const machine = { authority, clientId, host, clock, fetch: send }
  const clientCapabilities = clientCapabilitiesOf(options.clientCapabilities)
  return Object.freeze({
    authority,
    clientId,
    signingKeysOf: options.customSigningKeys === true ? clientId : undefined,
    credential: createCredential(options.credential, machine),
    managedIdentity: createManagedIdentityCaller(options.credential, {
      ...machine,
      clientCapabilities,
    }),
    tenants: tenantsOf(options.tenants, authority),
    audiences: audiencesOf(options.audiences, clientId),
    aclClients: clientsOf(options.allowClientsWithoutPermissions),
    resourceUrl,
    challenge: challengeContextOf(
      resourceUrl === undefined ? undefined : metadataUrlOf(resourceUrl),
    ),
    errorDetail: host.environment['NODE_ENV'] === 'production' ? 'code' : 'explanation',
    baseUrls: baseUrlsOf(options.baseUrl),
    secrets: secretsOf(options.secret),
    store: storeOf(options.store),
    graphEndpoint: graphEndpointOf(options.graphEndpoint, authority),
    apis: apisOf(options.apis, {
      host,
      clientId,
      graphResource: authority.cloud.graphResource,
    }),
    clientCapabilities,
    cacheBytes: cacheBytesOf(options.cacheMegabytes),
    clockToleranceSeconds: toleranceOf(options.clockTolerance),
    onEvent: eventsTo(onEventOf(options.onEvent), telemetry, host),
    telemetry,
    fetch: send,
    clock,
    host,
  })
}

/** To the app's listener, to its telemetry, and to tools that watch the process. */
function eventsTo(
  listener: EntraOptions['onEvent'],
  telemetry: Telemetry | undefined,
  host: Host,
): (event: EntraEvent) => void {
  const tell = createEventSink(listener, (message) => {
    host.warn(message)
  })
  return (event) => {
    host.publish?.(Object.freeze(event))
    telemetry?.tell(event)
    tell(event)
  }
}

function tenantOf(options: EntraOptions): string {
  if (typeof options.tenant === 'string') return options.tenant
  throw new ConfigurationError({
    message:
      'tenant is missing. Give entra({ tenant }) or set the environment variable. It stands as ' +
      '"Directory (tenant) ID" on the overview page of the app registration in the Microsoft ' +
      'Entra admin center.',
    option: 'tenant',
    environmentVariable: 'AZURE_TENANT_ID',
  })
}

function refuseUnknownNames(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    const found = options === null ? 'null' : `a ${typeof options}`
    throw new ConfigurationError({
      message: `entra() was given ${found}. Expected an object of options, or nothing.`,
    })
  }
  const known = Object.keys(optionNames)
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    const meant = meantBy(name) ?? closestName(name, known)
    throw new ConfigurationError({
      message:
        `${name} is not an option of entra().` +
        (meant === undefined ? ` The options are ${known.join(', ')}.` : ` Did you mean ${meant}?`),
      option: name,
    })
  }
}

/** What the same thing is called elsewhere: MSAL, passport-azure-ad, express-openid-connect. */
function meantBy(name: string): string | undefined {
  const elsewhere: Record<string, string> = {
    tenantId: 'tenant',
    tenantID: 'tenant',
    clientID: 'clientId',
    clientSecret: 'credential: { secret }',
    clientCertificate: 'credential: { certificate }',
    authority: 'tenant and authorityHost',
    audience: 'audiences',
    resource: 'resourceUrl',
    resourceIdentifier: 'resourceUrl',
    issuer: 'tenant (the issuer follows from it)',
    baseURL: 'baseUrl',
    redirectUri: 'baseUrl (the callback path is an option of signIn())',
    cookieSecret: 'secret',
  }
  return elsewhere[name]
}
