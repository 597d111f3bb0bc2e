import { authorizationCodeGrant, type CustomFetch } from 'openid-client'
import type { Clock } from '../platform/clock.js'
import { failureOf } from '../platform/grant-failure.js'
import { JwtInvalid } from '../platform/jwt-invalid.js'
import type { CodeExchange, TokenEndpoint } from '../platform/token-endpoint.js'
import type { JwtVerifier } from '../platform/verified-jwt.js'
import { authorityUrl, type Authority } from '../protocol/authority.js'
import { mergeClaims } from '../protocol/claims-request.js'
import type { IdTokenClaims } from '../protocol/account.js'
import { PlatformUnavailableError } from '../protocol/platform-unavailable-error.js'
import { CallbackInvalidError, SignInRefusedError } from '../protocol/sign-in-errors.js'
import { allows, type TenantPolicy } from '../protocol/tenant-policy.js'
import type { TokenResponse } from '../stores/kept-token.js'
import { checkBoundHashes } from './bound-hashes.js'

export interface RedemptionSettings {
  readonly authority: Authority
  readonly clientId: string
  readonly clock: Clock
  readonly clockToleranceSeconds: number
  readonly tenants: TenantPolicy | undefined
  readonly tokenEndpoint: Pick<TokenEndpoint, 'exchangeConfiguration'>
  readonly verifier: Pick<JwtVerifier, 'verify'>
  /** What this client can do, such as `cp1`. */
  readonly clientCapabilities?: readonly string[] | undefined
}

export interface CodeRedemption {
  readonly code: string
  readonly state: string
  /** `iss` of the response, where there was one. */
  readonly issuer: string | undefined
  readonly nonce: string
  readonly codeVerifier: string
  readonly redirectUri: string
  /** One resource's scopes with the OpenID Connect ones. */
  readonly scopes: readonly string[]
  readonly resource: string
  readonly claims: string | undefined
  /** GUID that the platform logs the sign-in under. */
  readonly correlationId: string
}

export interface Redeemed {
  readonly claims: IdTokenClaims
  readonly response: TokenResponse
}

/**
 * Redeems an authorization code and validates everything that comes back.
 *
 * One request is sent. Its raw answer is kept, our own verifier checks the ID token in it
 * (signature, issuer with its tenant, times), and only then openid-client validates the same
 * answer under the issuer that is now known: `common` has no issuer of its own, and openid-client
 * does not check the signature of a token that came straight from the token endpoint.
 *
 * @throws the platform's refusal as a typed error; CallbackInvalidError when the answer is not
 *   valid; SignInRefusedError when the tenant is not let in.
 */
export async function redeemCode(
  settings: RedemptionSettings,
  redemption: CodeRedemption,
): Promise<Redeemed> {
  const answer = await requestTokens(settings, redemption)
  const claims = await verifiedClaims(settings, idTokenOf(answer))
  await requireWantedTenant(settings, claims)
  const response = await validated(settings, redemption, answer, claims)
  requireThisClient(settings, claims)
  await checkBoundHashes(claims, {
    at_hash: response.access_token,
    c_hash: redemption.code,
  })
  return { claims, response }
}

/** Sends the one request; what openid-client thinks of a good answer is asked later. */
async function requestTokens(
  settings: RedemptionSettings,
  redemption: CodeRedemption,
): Promise<string> {
  let answer: string | undefined
  const capture =
    (send: CustomFetch): CustomFetch =>
    async (url, options) => {
      const response = await send(url, options)
      const text = await response.text()
      if (response.status === 200) answer = text
      return new Response(text, response)
    }
  try {
    await grant(settings, redemption, { issuer: authorityUrl(settings.authority), fetch: capture })
  } catch (error) {
    if (answer === undefined) throw refusalOf(error, settings, redemption)
  }
  if (answer !== undefined) return answer
  throw new PlatformUnavailableError({ endpoint: 'token', failure: 'content', retryAfter: 5 })
}

function refusalOf(error: unknown, settings: RedemptionSettings, redemption: CodeRedemption) {
  return failureOf(error, {
    grant: 'authorization_code',
    resource: redemption.resource,
    scopes: redemption.scopes,
    authority: settings.authority,
    clientId: settings.clientId,
    clock: settings.clock,
  })
}

function idTokenOf(answer: string): string {
  try {
    const { id_token: idToken } = Object(JSON.parse(answer)) as Record<string, unknown>
    if (typeof idToken === 'string') return idToken
  } catch {
    throw new PlatformUnavailableError({ endpoint: 'token', failure: 'content', retryAfter: 5 })
  }
  throw new CallbackInvalidError('id-token', 'missing')
}

async function verifiedClaims(
  { verifier }: RedemptionSettings,
  idToken: string,
): Promise<IdTokenClaims> {
  try {
    return (await verifier.verify(idToken)).claims
  } catch (error) {
    if (error instanceof JwtInvalid) throw new CallbackInvalidError('id-token', error.reason)
    throw error
  }
}

async function requireWantedTenant(
  { authority, tenants }: RedemptionSettings,
  claims: IdTokenClaims,
): Promise<void> {
  const tenantId = String(claims['tid']).toLowerCase()
  if (authority.tenantId !== undefined && authority.tenantId !== tenantId) {
    throw new SignInRefusedError('tenant')
  }
  // Without a policy the authority is a single tenant, and the verifier holds tokens to it.
  if (tenants !== undefined && !(await allows(tenants, tenantId))) {
    throw new SignInRefusedError('tenant')
  }
}

async function validated(
  settings: RedemptionSettings,
  redemption: CodeRedemption,
  answer: string,
  claims: IdTokenClaims,
): Promise<TokenResponse> {
  const issuer = String(claims['iss'])
  if (redemption.issuer !== undefined && redemption.issuer !== issuer) {
    throw new CallbackInvalidError('parameter', 'iss')
  }
  const replay: CustomFetch = () =>
    Promise.resolve(new Response(answer, { headers: { 'Content-Type': 'application/json' } }))
  try {
    return await grant(settings, redemption, { issuer, fetch: () => replay })
  } catch (error) {
    throw new CallbackInvalidError('id-token', reasonOf(error))
  }
}

function grant(
  settings: RedemptionSettings,
  redemption: CodeRedemption,
  exchange: Pick<CodeExchange, 'issuer' | 'fetch'>,
) {
  const configuration = settings.tokenEndpoint.exchangeConfiguration({
    tenant: settings.authority.tenant,
    clockToleranceSeconds: settings.clockToleranceSeconds,
    correlationId: redemption.correlationId,
    ...exchange,
  })
  const claims = mergeClaims(redemption.claims, settings.clientCapabilities ?? [])
  // The redirect URI is the configured one; only code and state come from the request.
  const url = new URL(redemption.redirectUri)
  url.search = new URLSearchParams({ code: redemption.code, state: redemption.state }).toString()
  return authorizationCodeGrant(
    configuration,
    url,
    {
      expectedState: redemption.state,
      expectedNonce: redemption.nonce,
      pkceCodeVerifier: redemption.codeVerifier,
      idTokenExpected: true,
    },
    {
      scope: redemption.scopes.join(' '),
      client_info: '1',
      ...(claims === undefined ? {} : { claims }),
    },
  )
}

/** `azp` names the client a token was issued to; a token for another client is not ours. */
function requireThisClient({ clientId }: RedemptionSettings, claims: IdTokenClaims): void {
  const azp = claims['azp']
  if (azp !== undefined && azp !== clientId) throw new CallbackInvalidError('id-token', 'azp')
  if (typeof claims['oid'] !== 'string' || claims['oid'] === '') {
    throw new CallbackInvalidError('id-token', 'oid')
  }
}

/** openid-client's code and the claim's name; its message may quote the token. */
function reasonOf(error: unknown): string {
  const { code, cause } = Object(error) as { code?: unknown; cause?: unknown }
  const { claim, cause: inner } = Object(cause) as { claim?: unknown; cause?: unknown }
  const name = claim ?? (Object(inner) as { claim?: unknown }).claim
  return [code, name].filter((part) => typeof part === 'string').join(' ')
}
