import type { Application } from '../directory.js'
import {
  accountDisabled,
  credentialMissing,
  fieldMissing,
  parameterMissing,
  parameterInvalid,
} from '../errors/catalogue.js'
import {
  assertionExpired,
  assertionForAnotherAudience,
  assertionInvalid,
  assertionIsAppOnly,
  assertionIsIdToken,
} from '../errors/grant-errors.js'
import type { TenantUser } from '../platform/registry.js'
import { sessionRevoked } from '../conditional-access/access-refusals.js'
import { requireConcreteTenant } from '../platform/tenant-segment.js'
import { authTimeOf } from '../tokens/identifiers.js'
import { TokenFaultError, verifyToken } from '../tokens/verify-token.js'
import type { GrantContext, TokenAnswer } from './grant-context.js'
import { userTokens, type UserTokenRequest } from './user-tokens.js'

export const onBehalfOfGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/**
 * An API exchanges the access token it was called with for one to the next API, in the user's name.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
 */
export async function onBehalfOf(
  context: GrantContext,
): Promise<{ answer: TokenAnswer; request: UserTokenRequest }> {
  const { assertion, scope, requested_token_use: use } = context.parameters
  if (assertion === undefined) throw parameterMissing('assertion')
  if (scope === undefined) throw fieldMissing('scope')
  if (use === undefined) throw parameterMissing('requested_token_use')
  if (use !== 'on_behalf_of') throw parameterInvalid('requested_token_use', `is '${use}'.`)
  if (context.proof === 'public') throw credentialMissing()
  const claims = await assertedClaims(context, assertion)
  const request = {
    account: assertedUser(context, claims),
    scope,
    sessionId: typeof claims.sid === 'string' ? claims.sid : '',
    authTime: authTimeOf(claims) ?? Number(claims.iat),
  }
  return { answer: await userTokens(context, request), request }
}

/** Whose token it is comes first: any other refusal would tell about a stranger's token. */
async function assertedClaims(
  { platform, client }: GrantContext,
  assertion: string,
): Promise<Record<string, unknown>> {
  const claims = await verifyToken(platform, assertion).catch(asGrantError)
  const isFor = String(claims.aud)
  if (isIdToken(claims)) throw assertionIsIdToken()
  if (!audiencesOf(client).includes(isFor)) throw assertionForAnotherAudience()
  if (claims.scp === undefined) throw assertionIsAppOnly(client.appId)
  return claims
}

/** An access token names the client it was issued to; an ID token does not. */
function isIdToken({ azp, appid }: Record<string, unknown>): boolean {
  return azp === undefined && appid === undefined
}

function audiencesOf({ appId, identifierUris }: Application): string[] {
  return [appId, ...identifierUris.flatMap((uri) => [uri, `${uri}/`])]
}

/** A guest's token is of the tenant where they are a guest, and so is the one for the next API. */
function assertedUser(
  { platform, segment }: GrantContext,
  { tid, oid, nbf }: Record<string, unknown>,
): TenantUser {
  const tenant = requireConcreteTenant(segment, onBehalfOfGrant)
  if (tid !== tenant.id) throw assertionInvalid('The issuer is another tenant than the one asked.')
  const account = platform.registry.user(String(oid))
  if (account === undefined || account.tenant.id !== tid) throw assertionInvalid('Unknown user.')
  if (Number(nbf) < platform.access.validFrom(account.user.id)) throw sessionRevoked()
  if (account.user.accountEnabled === false) throw accountDisabled()
  return account
}

function asGrantError(error: unknown): never {
  if (!(error instanceof TokenFaultError)) throw error
  throw error.fault === 'expired' ? assertionExpired() : assertionInvalid(error.message)
}
