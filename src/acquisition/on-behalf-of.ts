import { assertionOf, type Assertion, type Caller, type UserCaller } from '../protocol/caller.js'
import { ScopesInvalidError } from '../protocol/scopes-invalid-error.js'
import { observerOf, type Findings } from '../protocol/telemetry.js'
import { NotDelegatedError } from '../protocol/token-errors.js'
import { keptTokenOf } from '../stores/kept-token.js'
import { AccessToken } from './access-token.js'
import type { AcquisitionSettings } from './acquisition-settings.js'
import { asCallerChallenge } from './caller-challenge.js'
import { createRefusedTokens } from './refused-tokens.js'
import { createTokenCache } from './token-cache.js'
import { digestOf } from './token-digest.js'
import { createTokenSource, type TokenSource } from './token-source.js'
import type { TokenQuestion } from './token-source-settings.js'
import { incompleteGrant, userChallenged, withClaims } from './user-needed.js'
import { claimsWith, wantedToken, type WantedToken } from './wanted-token.js'

/**
 * Swaps the token this API was called with for one of another API, for the same user. Only a
 * caller that a guard of this app verified can be swapped, so the cache is never asked before the
 * token is validated.
 *
 * @throws NotDelegatedError (ERR_ENTRA_NOT_DELEGATED) for an app-only caller.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
 */
export function createOnBehalfOf(
  settings: AcquisitionSettings,
): (caller: Caller, correlationId?: string) => TokenSource {
  const { clock, endpoint } = settings
  const observe = observerOf(settings.telemetry)
  const cache = createTokenCache(settings, 'on-behalf-of')
  const refused = createRefusedTokens()

  async function acquire(
    caller: UserCaller,
    question: TokenQuestion,
    { correlationId, findings }: Asking,
  ): Promise<AccessToken> {
    const wanted = wantedFrom(question, settings)
    const assertion = usableAssertionOf(caller)
    const { resource, scopes: requested } = wanted.plan
    const { tenantId: tenant, objectId } = caller
    const scope = [...requested].sort().join(' ')
    const needed = wanted.needs?.scopes.join(' ') ?? ''
    const { capability } = wanted
    const base = [tenant, objectId, await assertionDigestOf(assertion), resource, scope, needed]
    if (capability !== undefined) base.push(capability)
    if (wanted.demand !== undefined) await refused.refuse(base, wanted.demand)
    const { name, claims } = refused.successorOf(base)
    const request = {
      tenant,
      resource,
      scope,
      assertion: assertion.token,
      claims: claimsWith(capability, claims),
      correlationId,
    }
    try {
      const kept = await cache.get({
        name,
        until: assertion.expiresAt,
        onMiss: () => (findings.source = 'shared'),
        async acquire() {
          findings.source = 'platform'
          const response = await endpoint.onBehalfOf(request)
          const incomplete = incompleteGrant(wanted, response.scope)
          if (incomplete !== undefined) throw incomplete
          return keptTokenOf(response, { resource, requested, receivedAt: clock() })
        },
      })
      return new AccessToken(kept)
    } catch (error) {
      throw asCallerChallenge(withClaims(error, claims), settings)
    }
  }

  return (caller, correlationId) => {
    const user = delegated(caller)
    return createTokenSource(
      {
        acquire: (question) =>
          observe({ kind: 'token', grant: 'on-behalf-of' }, (findings) => {
            findings.source = 'cache'
            return acquire(user, question, { correlationId, findings })
          }),
        unanswered: (question, challenge) =>
          asCallerChallenge(userChallenged(wantedFrom(question, settings), challenge), settings),
        delegated: true,
        tenant: user.tenantId,
        calls: settings,
      },
      correlationId,
    )
  }
}

/** The request that asks, and what is to be told of it. */
interface Asking {
  readonly correlationId: string | undefined
  readonly findings: Findings
}

function delegated(caller: Caller): UserCaller {
  if (caller.kind === 'user') return caller
  throw new NotDelegatedError('app-only')
}

function usableAssertionOf(caller: UserCaller): Assertion {
  const assertion = assertionOf(caller)
  if (assertion !== undefined) return assertion
  throw new NotDelegatedError('not-verified-here')
}

function wantedFrom(question: TokenQuestion, settings: AcquisitionSettings): WantedToken {
  const wanted = wantedToken(question, 'on-behalf-of', settings)
  const { plan } = wanted
  if (plan.resource === settings.clientId || settings.audiences.includes(plan.resource)) {
    throw new ScopesInvalidError({
      found: `On-behalf-of was asked for a token of this API itself (${plan.resource}).`,
      cure: 'Name the API that is called next; the caller already sent a token for this one.',
      scopes: plan.scopes,
    })
  }
  return wanted
}

const digests = new WeakMap<Assertion, Promise<string>>()

function assertionDigestOf(assertion: Assertion): Promise<string> {
  const known = digests.get(assertion)
  if (known !== undefined) return known
  const digest = digestOf(assertion.token)
  digests.set(assertion, digest)
  return digest
}
