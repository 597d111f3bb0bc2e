import type { Client, Provider } from 'oidc-provider'
import {
  accountDisabled,
  malformedGrant,
  parameterMissing,
  userNotInTenant,
} from '../errors/catalogue.js'
import {
  grantOfAnotherClient,
  pageRefreshTokenExpired,
  refreshTokenExpired,
} from '../errors/grant-errors.js'
import { sessionRevoked } from '../conditional-access/access-refusals.js'
import type { SignIn } from '../authorize/sign-in-store.js'
import type { GrantContext } from './grant-context.js'
import type { TenantUser } from '../platform/registry.js'

/**
 * A refresh token belongs to a user and a client, to no API and no tenant. It survives its use:
 * every answer brings a new one and the old one stays good.
 * https://learn.microsoft.com/entra/identity-platform/refresh-tokens
 */
export async function redeemRefreshToken(
  provider: Provider,
  context: GrantContext,
): Promise<SignIn> {
  const { parameters, client, signIns, platform } = context
  const { refresh_token: value } = parameters
  if (value === undefined) throw parameterMissing('refresh_token')
  const [, id] = /^1\.AXkA\.(.+)$/.exec(value) ?? []
  const token = await provider.RefreshToken.find(id ?? '', { ignoreExpiration: true })
  const signIn = signIns.get(token?.grantId ?? '')
  if (token === undefined || signIn === undefined) throw malformedGrant()
  if (token.clientId !== client.appId) throw grantOfAnotherClient()
  if (platform.now() > signIn.issuedAt + platform.lifetimes.refreshToken())
    throw refreshTokenExpired()
  if (signIn.epoch < platform.access.epochOf(signIn.userId)) throw sessionRevoked()
  if (signIn.pageSince !== undefined && platform.now() > signIn.pageSince + day) {
    throw pageRefreshTokenExpired()
  }
  return signIn
}

/** What pages hold ends a day after the sign-in, however often it was renewed. */
const day = 86_400_000

/** A refresh token that goes on from a sign-in. */
export async function issueRefreshToken(
  provider: Provider,
  { signIns, platform, client: { appId } }: Pick<GrantContext, 'signIns' | 'platform' | 'client'>,
  signIn: SignIn,
): Promise<string> {
  const grantId = crypto.randomUUID()
  signIns.set(grantId, { ...signIn, issuedAt: platform.now() })
  const token = new provider.RefreshToken({
    accountId: signIn.userId,
    client: clientNamed(appId),
    grantId,
    gty: 'refresh_token',
    scope: 'openid',
  })
  return `1.AXkA.${await token.save()}`
}

/** A token keeps nothing of its client but the id. */
function clientNamed(clientId: string): Client {
  const client: Partial<Client> = { clientId }
  return client as Client // oidc-provider reads no more of it while it saves a token
}

/** The user in the tenant of the request: the one signed in to, or another that has a guest object. */
export function accountFor({ platform, segment }: GrantContext, signIn: SignIn): TenantUser {
  const { registry, directory } = platform
  const tenantId = segment.kind === 'tenant' ? segment.tenant.id : signIn.tenantId
  const tenant = directory.tenants.find(({ id }) => id === tenantId)
  const account = tenant && registry.userIn(signIn.home, tenant)
  if (account === undefined) {
    throw userNotInTenant(signIn.userId, tenant?.displayName ?? tenantId)
  }
  if (account.user.accountEnabled === false) throw accountDisabled()
  return account
}
