import type { SessionAccount } from '../authorize/browser-sessions.js'
import { isRegisteredRedirectUri } from '../authorize/redirect-uri.js'
import { asAadstsError } from '../errors/as-aadsts-error.js'
import { traceFor } from '../errors/trace.js'
import type { Exchange } from '../http/exchange.js'
import { parametersOf, type Parameters } from '../http/parameters.js'
import { recordOutcome } from '../http/record-outcome.js'
import { errorPageReply, pageReply, sendReply, type Reply } from '../http/reply.js'
import { accountPickerPage } from '../pages/account-picker.js'
import { signedOutPage } from '../pages/signed-out.js'
import { pickableAccountsOf } from '../authorize/account-list.js'
import type { Services } from '../platform/services.js'
import { tenantSegmentOf } from '../platform/tenant-segment.js'
import type { TenantUser } from '../platform/registry.js'
import { loginHintOf } from '../tokens/identifiers.js'

/**
 * GET or POST /{tenant}/oauth2/v2.0/logout: ends single sign-on in this browser, tells every
 * application of the session, and goes on to a registered address only.
 * https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#send-a-sign-out-request
 */
export async function signOutEndpoint(services: Services, exchange: Exchange): Promise<void> {
  const { request, response, url, form } = exchange
  const { platform } = services
  try {
    tenantSegmentOf(platform.directory, exchange.tenant)
    const query = parametersOf(url.searchParams)
    const parameters =
      request.method === 'POST' ? { ...query, ...parametersOf(await form()) } : query
    sendReply(response, signOut(services, exchange, parameters))
  } catch (cause) {
    const error = asAadstsError(cause)
    recordOutcome(request, error)
    const trace = traceFor(platform.now(), exchange.clientRequestId)
    sendReply(response, errorPageReply(error, trace))
  }
}

function signOut(services: Services, exchange: Exchange, parameters: Parameters): Reply {
  const { sessions } = services
  const accounts = sessions.accounts(exchange.request)
  if (parameters.cancel !== undefined) return pageReply(signedOutPage({ frontChannelUrls: [] }))
  const leaving = leavingAccounts(services, accounts, parameters)
  if (leaving === undefined)
    return pageReply(pickerPage(services, exchange, { accounts, parameters }))
  sessions.signOut(exchange.request, leaving)
  const frontChannelUrls = leaving.flatMap((account) => logoutUrlsOf(services, account))
  const continueUrl = continueUrlOf(services, parameters)
  return pageReply(signedOutPage({ frontChannelUrls, continueUrl }), { frames: frontChannelUrls })
}

/** The account the hint or the picker names; all there is when one is signed in; else undefined. */
function leavingAccounts(
  services: Services,
  accounts: readonly SessionAccount[],
  { logout_hint: hint, user }: Parameters,
): readonly SessionAccount[] | undefined {
  const named = accounts.filter((account) => {
    const atHome = accountAtHome(services, account)
    return atHome !== undefined && (loginHintOf(atHome) === hint || atHome.user.id === user)
  })
  if (named.length > 0) return named
  return accounts.length > 1 ? undefined : accounts
}

function pickerPage(
  services: Services,
  { tenant, path }: Exchange,
  { accounts, parameters }: { accounts: readonly SessionAccount[]; parameters: Parameters },
): string {
  const users = accounts.flatMap((account) => accountAtHome(services, account) ?? [])
  const fields = Object.entries(parameters).map(([name, value]) => [name, value ?? ''] as const)
  return accountPickerPage({
    appName: 'sign out',
    tenantName: 'Microsoft',
    users: pickableAccountsOf(users),
    action: `/${tenant}${path}`,
    fields: Object.fromEntries(fields),
  })
}

function accountAtHome({ platform }: Services, { home }: SessionAccount): TenantUser | undefined {
  return platform.registry.user(home.id)
}

/** Entra sends the session id alone, without `iss`, to each application's logout URL. */
function logoutUrlsOf({ platform }: Services, { clients, sessionId }: SessionAccount): string[] {
  return [...clients].flatMap((appId) => {
    const { logoutUrl } = platform.registry.application(appId) ?? {}
    if (logoutUrl === undefined) return []
    const address = new URL(logoutUrl)
    address.searchParams.set('sid', sessionId)
    return [address.href]
  })
}

/** Any other address than a registered one would be an open redirect; it is ignored. */
function continueUrlOf(
  { platform }: Services,
  { post_logout_redirect_uri: given, state }: Parameters,
): string | undefined {
  const isRegistered =
    given !== undefined &&
    platform.directory.applications.some((application) =>
      isRegisteredRedirectUri(application, given),
    )
  if (!isRegistered) return undefined
  const address = new URL(given)
  if (state !== undefined) address.searchParams.set('state', state)
  return address.href
}
