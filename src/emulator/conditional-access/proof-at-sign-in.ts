import type { AuthorizeRequest } from '../authorize/authorize-request.js'
import { isSameHome, type SessionAccount } from '../authorize/browser-sessions.js'
import type { AadstsError } from '../errors/aadsts-error.js'
import type { Platform } from '../platform/platform.js'
import type { TenantUser } from '../platform/registry.js'
import { planScopes } from '../scopes/scope-plan.js'
import { proofMissing } from './access-refusals.js'

interface SignInUnderWay {
  request: AuthorizeRequest
  account: TenantUser
}

/** Who signs in at the browser proves what the APIs of the request, or its claims, ask for. */
export function satisfyPolicies(
  platform: Platform,
  { request, account, sessionId }: SignInUnderWay & { sessionId: string },
): void {
  const required = resourcesOf(platform, { request, account }).flatMap((resource) =>
    platform.access.policiesFor(resource).map(({ id }) => id),
  )
  platform.access.satisfy(sessionId, [...required, ...request.policies])
}

/** Without a page nobody can prove anything (`prompt=none`). */
export function proofMissingSilently(
  platform: Platform,
  signingIn: SignInUnderWay,
  signedIn: readonly SessionAccount[],
): AadstsError | undefined {
  const { request, account } = signingIn
  const session = signedIn.find(({ home }) => isSameHome(home, account.home))
  const policy = platform.access.unsatisfied({
    sessionId: session?.sessionId ?? '',
    resources: resourcesOf(platform, signingIn),
    named: request.policies,
  })
  return policy && proofMissing(policy, 'interaction_required')
}

function resourcesOf(platform: Platform, { request, account }: SignInUnderWay): string[] {
  const { resources } = planScopes(platform, {
    parsed: request.scope,
    client: request.client,
    tenant: account.tenant,
    unknownScopeError: 'invalid_client',
  })
  return resources.map(({ resource }) => resource.appId)
}
