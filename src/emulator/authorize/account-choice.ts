import type { Tenant } from '../directory.js'
import type { AadstsError } from '../errors/aadsts-error.js'
import { noSession, sessionNotFound, severalSessions } from '../errors/catalogue.js'
import type { Platform } from '../platform/platform.js'
import { homeOf, isAvailable, type TenantUser } from '../platform/registry.js'
import { isPersonal } from '../platform/tenant-segment.js'
import { loginHintOf } from '../tokens/identifiers.js'
import type { AuthorizeRequest } from './authorize-request.js'
import type { SessionAccount } from './browser-sessions.js'

/** The account that is signed in already and serves, or why nobody can be chosen without asking. */
export type SilentChoice = { account: TenantUser } | { refusal: AadstsError }

/** Single sign-on: one account that fits is used; a hint decides between several. */
export function silentChoice(
  platform: Platform,
  request: AuthorizeRequest,
  signedIn: readonly SessionAccount[],
): SilentChoice {
  const { sessionHint, loginHint } = request
  if (sessionHint !== undefined) {
    const named = signedIn.filter(({ sessionId }) => sessionId === sessionHint)
    const [account] = usable(platform, request, named)
    return account === undefined ? { refusal: sessionNotFound() } : { account }
  }
  const candidates = usable(platform, request, signedIn)
  if (loginHint !== undefined) {
    const hinted = candidates.find((candidate) => isHinted(candidate, loginHint))
    return hinted === undefined ? { refusal: noSession() } : { account: hinted }
  }
  const [account, ...others] = candidates
  if (account === undefined) return { refusal: noSession() }
  return others.length > 0 ? { refusal: severalSessions() } : { account }
}

/** The accounts the picker offers: everybody who could use the application at this address. */
export function pickableAccounts(platform: Platform, request: AuthorizeRequest): TenantUser[] {
  return tenantsOf(platform, request).flatMap((tenant) => {
    const accounts = tenant.users.map((user) => ({ tenant, user, home: homeOf(user, tenant) }))
    return request.segment.kind === 'tenant'
      ? accounts
      : accounts.filter(({ home }) => home.tenantId === tenant.id)
  })
}

function usable(
  platform: Platform,
  request: AuthorizeRequest,
  signedIn: readonly SessionAccount[],
): TenantUser[] {
  const tenants = tenantsOf(platform, request)
  return signedIn.flatMap(({ home }) => {
    const tenant =
      request.segment.kind === 'tenant'
        ? tenants[0]
        : tenants.find(({ id }) => id === home.tenantId)
    const account = tenant && platform.registry.userIn(home, tenant)
    return account === undefined ? [] : [account]
  })
}

/** The tenants whose users the address, the application and the domain hint allow. */
function tenantsOf({ directory }: Platform, request: AuthorizeRequest): Tenant[] {
  const { segment, client, domainHint } = request
  if (segment.kind === 'tenant') return [segment.tenant]
  return directory.tenants.filter((tenant) => {
    const personal = isPersonal(tenant.id)
    if (segment.kind === 'organizations' && personal) return false
    return isAvailable(client, tenant.id) && fitsDomainHint(tenant, domainHint)
  })
}

function fitsDomainHint({ id, domains }: Tenant, hint: string | undefined): boolean {
  if (hint === undefined) return true
  if (hint === 'consumers') return isPersonal(id)
  if (hint === 'organizations') return !isPersonal(id)
  return domains.includes(hint.toLowerCase())
}

function isHinted(account: TenantUser, hint: string): boolean {
  const { userPrincipalName, mail } = account.user
  return [userPrincipalName, mail, loginHintOf(account)].some(
    (name) => name?.toLowerCase() === hint.toLowerCase(),
  )
}
