import {
  allowInsecureRequests,
  clientCredentialsGrant,
  clockSkew,
  clockTolerance,
  Configuration,
  customFetch,
  genericGrantRequest,
  None,
  refreshTokenGrant,
  type CustomFetch,
  type TokenEndpointResponse,
} from 'openid-client'
import {
  authorityForTenant,
  authorityUrl,
  endpointOf,
  type Authority,
} from '../protocol/authority.js'
import { mergeClaims } from '../protocol/claims-request.js'
import type { TokenEvent } from '../protocol/events.js'
import type { Grant } from '../protocol/grant.js'
import { observerOf, type Telemetry } from '../protocol/telemetry.js'
import { boundedFetch } from './bounded-fetch.js'
import type { Clock } from './clock.js'
import type { Credential } from './credential.js'
import { failureOf } from './grant-failure.js'
import { reported } from './grant-report.js'

const deadlineSeconds = 10

export interface TokenEndpointSettings {
  readonly authority: Authority
  readonly clientId: string
  readonly credential: Credential | undefined
  readonly fetch: typeof fetch
  readonly clock: Clock
  /** What this client can do, such as `cp1`; every request says so. */
  readonly clientCapabilities?: readonly string[] | undefined
  /** Where this app lets administrators consent, once it does. */
  readonly adminConsentPage?: (() => string | undefined) | undefined
  readonly onEvent?: ((event: TokenEvent) => void) | undefined
  readonly telemetry?: Pick<Telemetry, 'observe'> | undefined
}

/** What a grant asks for. The scope is final: the planner has been there before. */
export interface GrantRequest {
  readonly tenant: string
  readonly scope: string
  readonly resource: string
  /** Claims request, as JSON text, that a challenge made necessary. */
  readonly claims?: string | undefined
  /** GUID that the platform logs the request under; a new one when left out. */
  readonly correlationId?: string | undefined
}

export interface TokenEndpoint {
  onBehalfOf(request: GrantRequest & { readonly assertion: string }): Promise<TokenEndpointResponse>
  clientCredentials(request: GrantRequest): Promise<TokenEndpointResponse>
  refresh(request: GrantRequest & { readonly refreshToken: string }): Promise<TokenEndpointResponse>
  /**
   * An openid-client configuration for one redemption of a code, with an issuer and a fetch of its
   * own: what `common` answers is known only once the answer is there.
   */
  exchangeConfiguration(exchange: CodeExchange): Configuration
}

export interface CodeExchange {
  /** The tenant segment that the code was issued under. */
  readonly tenant: string
  readonly issuer: string
  readonly correlationId: string
  /** What is done with the endpoint's own fetch, which adds the credential to what it sends. */
  readonly fetch: (send: CustomFetch) => CustomFetch
  /** How far the platform's clock may differ when the ID token's times are looked at. */
  readonly clockToleranceSeconds: number
}

type Send = (configuration: Configuration) => Promise<TokenEndpointResponse>

/**
 * The token endpoint of the configured authority, tenant by tenant. Failures arrive as this
 * library's typed errors; nothing of the request is in them.
 */
export function createTokenEndpoint(settings: TokenEndpointSettings): TokenEndpoint {
  const bounded = boundedFetch(settings.fetch)
  const authenticated = settings.credential?.authenticated(bounded) ?? bounded
  const observe = observerOf(settings.telemetry)

  function send(grant: Grant, request: GrantRequest, call: Send) {
    const { resource, correlationId = crypto.randomUUID() } = request
    const { origin } = settings.authority
    return observe({ kind: 'token-request', grant, origin, resource, correlationId }, () =>
      reported({ grant, resource, correlationId }, settings, () =>
        sent(grant, { ...request, correlationId }, call),
      ),
    )
  }

  async function sent(
    grant: Grant,
    request: GrantRequest & { readonly correlationId: string },
    call: Send,
  ) {
    const { tenant, correlationId } = request
    const authority = authorityForTenant(settings.authority, tenant)
    const fetch = correlated(authenticated, correlationId)
    try {
      return await call(
        openidConfiguration(settings, { tenant, issuer: authorityUrl(authority), fetch }),
      )
    } catch (error) {
      throw failureOf(error, {
        grant,
        resource: request.resource,
        scopes: request.scope.split(' '),
        authority,
        clientId: settings.clientId,
        clock: settings.clock,
        adminConsentPage: settings.adminConsentPage?.(),
      })
    }
  }

  function parametersOf({ scope, claims }: GrantRequest): Record<string, string> {
    const merged = mergeClaims(claims, settings.clientCapabilities ?? [])
    return { scope, ...(merged === undefined ? {} : { claims: merged }) }
  }

  return {
    exchangeConfiguration: (exchange) =>
      openidConfiguration(settings, {
        ...exchange,
        fetch: exchange.fetch(correlated(authenticated, exchange.correlationId)),
      }),
    onBehalfOf: (request) =>
      send('on-behalf-of', request, (configuration) =>
        genericGrantRequest(configuration, 'urn:ietf:params:oauth:grant-type:jwt-bearer', {
          assertion: request.assertion,
          requested_token_use: 'on_behalf_of',
          ...parametersOf(request),
        }),
      ),
    clientCredentials: (request) =>
      send('client_credentials', request, (configuration) =>
        clientCredentialsGrant(configuration, parametersOf(request)),
      ),
    refresh: (request) =>
      send('refresh_token', request, (configuration) =>
        refreshTokenGrant(configuration, request.refreshToken, parametersOf(request)),
      ),
  }
}

/** The header by which an administrator finds the request in the sign-in log. */
function correlated(send: CustomFetch, correlationId: string): CustomFetch {
  return (url, options) =>
    send(url, { ...options, headers: { ...options.headers, 'client-request-id': correlationId } })
}

interface ExchangeSettings {
  readonly tenant: string
  readonly issuer: string
  readonly fetch: CustomFetch
  readonly clockToleranceSeconds?: number
}

function openidConfiguration(
  settings: TokenEndpointSettings,
  exchange: ExchangeSettings,
): Configuration {
  const authority = authorityForTenant(settings.authority, exchange.tenant)
  const configuration = new Configuration(
    {
      issuer: exchange.issuer,
      authorization_endpoint: endpointOf(authority, 'authorize'),
      token_endpoint: endpointOf(authority, 'token'),
      end_session_endpoint: endpointOf(authority, 'logout'),
    },
    settings.clientId,
    {
      // openid-client reads the system's clock; the settings may bring another.
      [clockSkew]: Math.round((settings.clock() - Date.now()) / 1000),
      [clockTolerance]: exchange.clockToleranceSeconds ?? 300,
    },
    // Only names the client; its proof is added by the fetch, which can try another.
    None(),
  )
  configuration[customFetch] = exchange.fetch
  configuration.timeout = deadlineSeconds
  // Only a loopback authority can be http: authorityOf() refuses every other.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated to make its use stand out
  if (authority.origin.startsWith('http:')) allowInsecureRequests(configuration)
  return configuration
}
