import { proofMissingSilently } from '../conditional-access/proof-at-sign-in.js'
import { neededPermissions, type NeededPermission } from '../consent/needed-permissions.js'
import { AadstsError } from '../errors/aadsts-error.js'
import { adminConsentNeeded, consentMissingSilently } from '../errors/catalogue.js'
import type { Platform } from '../platform/platform.js'
import type { TenantUser } from '../platform/registry.js'
import { planScopes } from '../scopes/scope-plan.js'
import { silentChoice } from './account-choice.js'
import type { AuthorizeRequest } from './authorize-request.js'
import type { SessionAccount } from './browser-sessions.js'

/** What has to happen next in an authorization request. */
export type NextStep =
  | { kind: 'refuse'; error: AadstsError }
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
    const step = consentStep(platform, request, account)
    const refusal =
      step.kind === 'complete' && prompts.has('none')
        ? proofMissingSilently(platform, { request, account }, signedIn)
        : undefined
    return refusal === undefined ? step : { kind: 'refuse', error: refusal }
  } catch (error) {
    if (error instanceof AadstsError) return { kind: 'refuse', error }
    throw error
  }
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
  const adminOnly = permissions.filter(({ permission }) => permission.type === 'Admin')
  const isStuck = adminOnly.length > 0 && account.user.isAdmin !== true
  if (prompts.has('none')) {
    const error = isStuck
      ? adminConsentNeeded(client.displayName)
      : consentMissingSilently(client.appId, client.displayName)
    return { kind: 'refuse', error }
  }
  return isStuck
    ? { kind: 'ask administrator', account, permissions: adminOnly }
    : { kind: 'ask consent', account, permissions }
}
