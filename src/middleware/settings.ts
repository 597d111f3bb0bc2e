import type { Host } from '../host/host.js'
import { createCredential, type Credential } from '../platform/credential.js'
import { systemClock, type Clock } from '../platform/clock.js'
import { authorityOf, type Authority } from '../protocol/authority.js'
import { closestName } from '../protocol/closest-name.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import type { TenantPolicy } from '../protocol/tenant-policy.js'
import type { EntraOptions } from './entra-options.js'
import { withEnvironment } from './environment.js'
import {
  audiencesOf,
  baseUrlsOf,
  clientIdOf,
  clientsOf,
  graphEndpointOf,
  secretsOf,
  tenantsOf,
  toleranceOf,
} from './option-checks.js'

/** Every option checked and settled; nothing after this asks whether an option is well formed. */
export interface Settings {
  readonly authority: Authority
  readonly clientId: string
  readonly credential: Credential | undefined
  readonly tenants: TenantPolicy | undefined
  readonly audiences: readonly string[]
  readonly aclClients: readonly string[]
  readonly baseUrls: readonly string[]
  readonly secrets: readonly string[]
  readonly graphEndpoint: string
  readonly clockToleranceSeconds: number
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
  audiences: true,
  allowClientsWithoutPermissions: true,
  baseUrl: true,
  secret: true,
  graphEndpoint: true,
  clockTolerance: true,
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
  const authority = authorityOf(tenantOf(options), options.authorityHost)
  const clientId = clientIdOf(options.clientId)
  const clock = options.clock ?? systemClock
  return Object.freeze({
    authority,
    clientId,
    credential: createCredential(options.credential, { clientId, host, clock }),
    tenants: tenantsOf(options.tenants, authority),
    audiences: audiencesOf(options.audiences, clientId),
    aclClients: clientsOf(options.allowClientsWithoutPermissions),
    baseUrls: baseUrlsOf(options.baseUrl),
    secrets: secretsOf(options.secret),
    graphEndpoint: graphEndpointOf(options.graphEndpoint, authority),
    clockToleranceSeconds: toleranceOf(options.clockTolerance),
    // Bound late, so that a fetch replaced after import (instrumentation) is the one that is used.
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    clock,
    host,
  })
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

function refuseUnknownNames(options: EntraOptions): void {
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
    issuer: 'tenant (the issuer follows from it)',
    baseURL: 'baseUrl',
    redirectUri: 'baseUrl (the callback path is an option of signIn())',
    cookieSecret: 'secret',
  }
  return elsewhere[name]
}
