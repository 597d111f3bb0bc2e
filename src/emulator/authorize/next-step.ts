import {
  blockedAtSignIn,
  isSessionTooOld,
  proofMissingSilently,
} from '../conditional-access/proof-at-sign-in.js'
import { neededPermissions, type NeededPermission } from '../consent/needed-permissions.js'
import { AadstsError } from '../errors/aadsts-error.js'
import {
  accountDisabled,
  adminConsentNeeded,
  consentMissingSilently,
  userNotAssigned,
} from '../errors/catalogue.js'
import type { Platform } from '../platform/platform.js'
import type { TenantUser } from '../platform/registry.js'
import { planScopes } from '../scopes/scope-plan.js'
import { silentChoice } from './account-choice.js'
import type { AuthorizeRequest } from './authorize-request.js'
import type { SessionAccount } from './browser-sessions.js'

/** What has to happen next in an authorization request. */
export type NextStep =
  | { kind: 'refuse'; error: AadstsError }
  /** Nothing the application could do about it: the user is told, and the journey ends here. */
  | { kind: 'stop'; error: AadstsError }
  | { kind: 'choose account' }
  | { kind: 'ask consent'; account: TenantUser; permissions: NeededPermission[] }
  | { kind: 'ask administrator'; account: TenantUser; permissions: NeededPermission[] }
  | { kind: 'complete'; account: TenantUser }

export function nextStep(
  platform: Platform,
  request: AuthorizeRequest,
  signedIn: readonly SessionAccount[],
): NextStep {
  const { progress, prompts } = request
  if (progress.refusal !== undefined) return { kind: 'refuse', error: progress.refusal }
  const account = progress.account ?? accountWithoutAsking(platform, request, signedIn)
  if (account instanceof AadstsError) {
    return prompts.has('none') ? { kind: 'refuse', error: account } : { kind: 'choose account' }
  }
  try {
    const isSilent = prompts.has('none')
    const refusal = shutOut(platform, { request, account })
    if (refusal !== undefined) return { kind: isSilent ? 'refuse' : 'stop', error: refusal }
    if (!isSilent && progress.account === undefined) {
      const isOld = isSessionTooOld(platform, { request, account }, signedIn)
      if (isOld) return { kind: 'choose account' }
    }
    const step = consentStep(platform, request, account)
    if (step.kind !== 'complete' || !isSilent) return step
    const missing = proofMissingSilently(platform, { request, account }, signedIn)
    return missing === undefined ? step : { kind: 'refuse', error: missing }
  } catch (error) {
    if (error instanceof AadstsError) return { kind: 'refuse', error }
    throw error
  }
}

/** Why this user gets in nowhere, or not here. */
function shutOut(
  platform: Platform,
  signingIn: { request: AuthorizeRequest; account: TenantUser },
): AadstsError | undefined {
  const { client } = signingIn.request
  const { user } = signingIn.account
  if (user.accountEnabled === false) return accountDisabled('interaction_required')
  if (client.appRoleAssignmentRequired === true && user.appRoles?.[client.appId] === undefined) {
    return userNotAssigned(user.userPrincipalName, client.displayName)
  }
  return blockedAtSignIn(platform, signingIn)
}

function accountWithoutAsking(
  platform: Platform,
  request: AuthorizeRequest,
  signedIn: readonly SessionAccount[],
): TenantUser | AadstsError {
  const { prompts } = request
  const choice = silentChoice(platform, request, signedIn)
  if ('refusal' in choice) return choice.refusal
  return prompts.has('login') || prompts.has('select_account') ? mustAsk : choice.account
}

const mustAsk = new AadstsError({ code: 50058, error: 'login_required', message: 'Asked to ask.' })

function consentStep(
  platform: Platform,
  { client, scope, prompts, progress }: AuthorizeRequest,
  account: TenantUser,
): NextStep {
  const plan = planScopes(platform, {
    parsed: scope,
    client,
    tenant: account.tenant,
    unknownScopeError: 'invalid_client',
  })
  if (progress.hasConsented) return { kind: 'complete', account }
  const forced = prompts.has('consent')
  const permissions = neededPermissions(platform, { client, account, plan, forced })
  if (permissions.length === 0) return { kind: 'complete', account }
  const isForbidden = account.tenant.userConsent === 'forbidden'
  const adminOnly = permissions.filter(
    ({ permission }) => isForbidden || permission.type === 'Admin',
  )
  const isStuck = adminOnly.length > 0 && account.user.isAdmin !== true
  if (prompts.has('none')) {
    const error = isStuck
      ? adminConsentNeeded(client.displayName, 'consent_required')
      : consentMissingSilently(client.appId, client.displayName)
    return { kind: 'refuse', error }
  }
  return isStuck
    ? { kind: 'ask administrator', account, permissions: adminOnly }
    : { kind: 'ask consent', account, permissions }
}
