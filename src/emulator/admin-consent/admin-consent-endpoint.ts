import { isAvailable, type TenantUser } from '../platform/registry.js'
import { pickableAccountsOf } from '../authorize/account-list.js'
import { grantPermissions, linesOf } from '../consent/grant-permissions.js'
import { asAadstsError } from '../errors/as-aadsts-error.js'
import { adminConsentDeclined, adminConsentNeeded, parameterInvalid } from '../errors/catalogue.js'
import { descriptionOf, traceFor } from '../errors/trace.js'
import type { Exchange } from '../http/exchange.js'
import { parametersOf, type Parameters } from '../http/parameters.js'
import { recordOutcome } from '../http/record-outcome.js'
import { errorPageReply, pageReply, redirectReply, sendReply, type Reply } from '../http/reply.js'
import { accountPickerPage } from '../pages/account-picker.js'
import { adminApprovalPage } from '../pages/admin-approval.js'
import { consentPage } from '../pages/consent.js'
import type { RequestedPermission } from '../pages/permissions.js'
import type { Platform } from '../platform/platform.js'
import { homeOf } from '../platform/registry.js'
import type { Services } from '../platform/services.js'
import { isPersonal, tenantSegmentOf } from '../platform/tenant-segment.js'
import {
  permissionsAsked,
  readAdminConsentRequest,
  type AdminConsentPermissions,
  type AdminConsentRequest,
} from './admin-consent-request.js'

/**
 * /{tenant}/v2.0/adminconsent and /{tenant}/adminconsent: an administrator grants for everyone.
 * The pages post back to the request's own address, so that it needs no memory.
 * https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
export async function adminConsentEndpoint(services: Services, exchange: Exchange): Promise<void> {
  const { platform } = services
  const { request, response, url } = exchange
  try {
    const parameters = parametersOf(url.searchParams)
    const segment = tenantSegmentOf(platform.directory, exchange.tenant)
    const version = exchange.path.startsWith('/v2.0/') ? 'v2' : 'v1'
    if (version === 'v2' && segment.kind === 'common') {
      throw parameterInvalid('tenant', "must not be 'common'.")
    }
    const asked = readAdminConsentRequest(platform, parameters, { segment, version })
    const input = request.method === 'POST' ? parametersOf(await exchange.form()) : {}
    sendReply(response, step(services, exchange, { asked, input }))
  } catch (cause) {
    const error = asAadstsError(cause)
    recordOutcome(request, error)
    const trace = traceFor(platform.now(), exchange.clientRequestId)
    sendReply(response, errorPageReply(error, trace))
  }
}

interface Step {
  asked: AdminConsentRequest
  input: Parameters
}

function step(services: Services, exchange: Exchange, { asked, input }: Step): Reply {
  const { platform, sessions } = services
  const action = `/${exchange.tenant}${exchange.path}${exchange.url.search}`
  if (input.cancel !== undefined || input.decision === 'decline') return declined(platform, asked)
  const account = accountOf(services, asked, input)
  if (account === undefined) return pageReply(pickerPage(services, asked, action))
  if (input.user !== undefined) sessions.signIn(exchange, account.home)
  const permissions = permissionsAsked(platform, asked, account.tenant)
  if (account.user.isAdmin !== true)
    return approvalPage(platform, { asked, account, permissions, action })
  if (input.decision === 'accept') return accepted(platform, { asked, account, permissions })
  const page = consentPage({
    appName: asked.client.displayName,
    tenantName: account.tenant.displayName,
    user: account.user,
    permissions: allLines(permissions),
    canConsentForOrganization: true,
    adminConsent: true,
    action,
    fields: { account: account.user.id },
  })
  return pageReply(page)
}

/** Chosen on the picker, or carried along by the consent page's form. */
function accountOf(
  { platform }: Services,
  asked: AdminConsentRequest,
  input: Parameters,
): TenantUser | undefined {
  const chosen = input.user ?? input.account
  return workAccounts(platform, asked).find(({ user }) => user.id === chosen)
}

function workAccounts(
  { directory }: Platform,
  { segment, client }: AdminConsentRequest,
): TenantUser[] {
  const tenants = segment.kind === 'tenant' ? [segment.tenant] : directory.tenants
  return tenants
    .filter((tenant) => !isPersonal(tenant.id) && isAvailable(client, tenant.id))
    .flatMap((tenant) => tenant.users.map((user) => ({ tenant, user, home: homeOf(user, tenant) })))
}

function pickerPage({ platform }: Services, asked: AdminConsentRequest, action: string): string {
  const { segment, client } = asked
  return accountPickerPage({
    appName: client.displayName,
    tenantName: segment.kind === 'tenant' ? segment.tenant.displayName : 'Microsoft',
    users: pickableAccountsOf(workAccounts(platform, asked)),
    action,
  })
}

interface AskedOf {
  asked: AdminConsentRequest
  account: TenantUser
  permissions: AdminConsentPermissions
}

function approvalPage(
  { now }: Platform,
  { asked, account, permissions, action }: AskedOf & { action: string },
): Reply {
  const { displayName } = asked.client
  const page = adminApprovalPage({
    appName: displayName,
    user: account.user,
    permissions: allLines(permissions),
    returnAction: action,
    trace: traceFor(now(), undefined),
  })
  return pageReply(page, { status: adminConsentNeeded(displayName).status })
}

function accepted(platform: Platform, { asked, account, permissions }: AskedOf): Reply {
  const { client, version } = asked
  const tenantId = account.tenant.id
  platform.registry.provision(client, tenantId)
  grantPermissions(platform, permissions.delegated, { tenantId, user: 'everyone' })
  for (const { resource, roles } of permissions.application) {
    platform.consents.grantApplication({
      tenant: tenantId,
      client: client.appId,
      resource: resource.appId,
      roles,
    })
  }
  return back(asked, {
    admin_consent: 'True',
    tenant: tenantId,
    ...(version === 'v2' && { scope: permissions.scope }),
  })
}

/** v2 says `admin_consent=True` even when the administrator has declined. */
function declined({ now }: Platform, asked: AdminConsentRequest): Reply {
  if (asked.version === 'v1') {
    return back(asked, {
      error: 'permission_denied',
      error_description: 'The admin canceled the request',
    })
  }
  const error = adminConsentDeclined()
  return back(asked, {
    admin_consent: 'True',
    error: error.error,
    error_description: descriptionOf(error, traceFor(now(), undefined)),
  })
}

function back({ redirectUri, state }: AdminConsentRequest, fields: Record<string, string>): Reply {
  const address = new URL(redirectUri)
  for (const [name, value] of Object.entries(fields)) address.searchParams.set(name, value)
  if (state !== undefined) address.searchParams.set('state', state)
  return redirectReply(address.href)
}

function allLines({ delegated, application }: AdminConsentPermissions): RequestedPermission[] {
  const roles = application.flatMap(({ resource, roles: granted }) =>
    (resource.appRoles ?? [])
      .filter(({ value }) => granted.includes(value))
      .map(({ displayName }) => ({
        title: displayName,
        description: 'Without a signed-in user.',
        resource: resource.displayName,
      })),
  )
  return [...linesOf(delegated), ...roles]
}
