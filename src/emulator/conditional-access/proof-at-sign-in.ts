import type { AuthorizeRequest } from '../authorize/authorize-request.js'
import { isSameHome, type SessionAccount } from '../authorize/browser-sessions.js'
import type { AadstsError } from '../errors/aadsts-error.js'
import type { Platform } from '../platform/platform.js'
import type { TenantUser } from '../platform/registry.js'
import { planScopes } from '../scopes/scope-plan.js'
import type { ProofQuestion } from './access-policies.js'
import { accessBlocked, proofMissing, sessionTooOld } from './access-refusals.js'

interface SignInUnderWay {
  request: AuthorizeRequest
  account: TenantUser
}

/** Who signs in at the browser proves what the APIs of the request, or its claims, ask for. */
export function satisfyPolicies(
  platform: Platform,
  { request, account, sessionId }: SignInUnderWay & { sessionId: string },
): void {
  const question = questionOf(platform, { request, account })
  platform.access.satisfy(sessionId, platform.access.proofsFor(question))
}

/** Without a page nobody can prove anything, nor sign in again (`prompt=none`). */
export function proofMissingSilently(
  platform: Platform,
  signingIn: SignInUnderWay,
  signedIn: readonly SessionAccount[],
): AadstsError | undefined {
  if (isSessionTooOld(platform, signingIn, signedIn)) return sessionTooOld('interaction_required')
  const session = sessionOf(signingIn, signedIn)
  const policy = platform.access.unsatisfied({
    sessionId: session?.sessionId ?? '',
    ...questionOf(platform, signingIn),
  })
  return policy && proofMissing(policy, 'interaction_required')
}

/** Sign-in frequency: single sign-on is over, though the browser's session is not. */
export function isSessionTooOld(
  platform: Platform,
  signingIn: SignInUnderWay,
  signedIn: readonly SessionAccount[],
): boolean {
  const session = sessionOf(signingIn, signedIn)
  const limit = platform.access.maximumAge(resourcesOf(platform, signingIn))
  return session !== undefined && platform.now() / 1000 > session.authTime + limit
}

/** A policy keeps the user out of an API of the request. */
export function blockedAtSignIn(
  platform: Platform,
  signingIn: SignInUnderWay,
): AadstsError | undefined {
  const { account } = signingIn
  const policy = platform.access.blocking(account.user.id, resourcesOf(platform, signingIn))
  return policy && accessBlocked(policy, 'access_denied')
}

function sessionOf({ account }: SignInUnderWay, signedIn: readonly SessionAccount[]) {
  return signedIn.find(({ home }) => isSameHome(home, account.home))
}

function questionOf(platform: Platform, signingIn: SignInUnderWay): ProofQuestion {
  const { claimsRequest } = signingIn.request
  return {
    resources: resourcesOf(platform, signingIn),
    contexts: [...claimsRequest.contexts, ...claimsRequest.idTokenContexts],
    named: claimsRequest.policies,
  }
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
