import { assertionOf, type Assertion, type Caller, type UserCaller } from '../protocol/caller.js'
import type { ScopePlan } from '../protocol/scope-plan.js'
import { ScopesInvalidError } from '../protocol/scopes-invalid-error.js'
import { observerOf, type Findings } from '../protocol/telemetry.js'
import { NotDelegatedError } from '../protocol/token-errors.js'
import { keptTokenOf } from '../stores/kept-token.js'
import type { AccessToken } from './access-token.js'
import type { AcquisitionSettings } from './acquisition-settings.js'
import { asCallerChallenge } from './caller-challenge.js'
import { createKnownAnswers } from './known-answers.js'
import { createRefusedTokens } from './refused-tokens.js'
import { createTokenCache } from './token-cache.js'
import { digestOf } from './token-digest.js'
import { tokenNameOf, type TokenName } from './token-name.js'
import { createTokenSource, type TokenSource } from './token-source.js'
import type { TokenQuestion } from './token-source-settings.js'
import { incompleteGrant, userChallenged, withClaims } from './user-needed.js'
import { claimsWith, isPlain, wantedToken, type WantedToken } from './wanted-token.js'

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
  const refused = createRefusedTokens(clock, cache)
  const names = createKnownAnswers<Assertion, ScopePlan, TokenName>()

  async function acquire(
    caller: UserCaller,
    question: TokenQuestion,
    asking: Asking,
  ): Promise<AccessToken> {
    const wanted = wantedFrom(question, settings)
    const assertion = usableAssertionOf(caller)
    const acquisition = { wanted, assertion, caller, asking }
    if (!isPlain(question)) {
      return acquireAs(await nameFor(caller, assertion, wanted), acquisition)
    }
    const known = names.find(assertion, wanted.plan)
    const name = known ?? (await nameFor(caller, assertion, wanted))
    if (known === undefined) names.keep(assertion, wanted.plan, name)
    return cache.recall(refused.currentOf(name)) ?? acquireAs(name, acquisition)
  }

  function acquireAs(base: TokenName, acquisition: Acquisition): Promise<AccessToken> {
    return refused.acquire(base, acquisition.wanted.demand, (name, successor) =>
      fetched(name, successor?.claims, acquisition),
    )
  }

  async function fetched(
    name: TokenName,
    claims: string | undefined,
    { wanted, assertion, caller, asking }: Acquisition,
  ): Promise<AccessToken> {
    const { correlationId, findings } = asking
    const { resource, scopes: requested } = wanted.plan
    const request = {
      tenant: caller.tenantId,
      resource,
      scope: scopeOf(wanted),
      assertion: assertion.token,
      claims: claimsWith(wanted.capability, claims),
      correlationId,
    }
    try {
      return await cache.get({
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
    } catch (error) {
      throw asCallerChallenge(withClaims(error, claims), settings)
    }
  }

  return (caller, correlationId) => {
    const user = delegated(caller)
    return createTokenSource(
      {
        acquire: (question) =>
          observe(handingOut, (findings) => {
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

const handingOut = { kind: 'token', grant: 'on-behalf-of' } as const

/** The request that asks, and what is to be told of it. */
interface Asking {
  readonly correlationId: string | undefined
  readonly findings: Findings
}

interface Acquisition {
  readonly wanted: WantedToken
  readonly assertion: Assertion
  readonly caller: UserCaller
  readonly asking: Asking
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

async function nameFor(
  { tenantId, objectId }: UserCaller,
  { token }: Assertion,
  wanted: WantedToken,
): Promise<TokenName> {
  const { plan, needs, capability } = wanted
  const needed = needs?.scopes.join(' ') ?? ''
  const capable = capability === undefined ? [] : [capability]
  const digest = await digestOf(token)
  return tokenNameOf(tenantId, objectId, digest, plan.resource, scopeOf(wanted), needed, ...capable)
}

function scopeOf({ plan }: WantedToken): string {
  return [...plan.scopes].sort().join(' ')
}
