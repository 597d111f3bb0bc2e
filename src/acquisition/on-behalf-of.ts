import { assertionOf, type Assertion } from '../protocol/assertion.js'
import { cacheKey } from '../protocol/cache-key.js'
import type { Caller, UserCaller } from '../protocol/caller.js'
import type { ScopePlan } from '../protocol/scope-plan.js'
import { ScopesInvalidError } from '../protocol/scopes-invalid-error.js'
import { NotDelegatedError } from '../protocol/token-errors.js'
import { keptTokenOf } from '../stores/kept-token.js'
import { AccessToken } from './access-token.js'
import type { AcquisitionSettings } from './acquisition-settings.js'
import { asCallerChallenge } from './caller-challenge.js'
import { createTokenMemory } from './token-memory.js'
import { createTokenSource, type TokenSource } from './token-source.js'
import type { Scopes } from './token-source-settings.js'

const rememberedTokens = 10_000

/**
 * Swaps the token this API was called with for one of another API, for the same user. Only a
 * caller that a guard of this app verified can be swapped, so the cache is never asked before the
 * token is validated.
 *
 * @throws NotDelegatedError (ERR_ENTRA_NOT_DELEGATED) for an app-only caller.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
 */
export function createOnBehalfOf(settings: AcquisitionSettings): (caller: Caller) => TokenSource {
  const { clock, endpoint } = settings
  const memory = createTokenMemory({ clock, capacity: rememberedTokens })

  async function acquire(caller: UserCaller, scopes: Scopes | undefined): Promise<AccessToken> {
    const plan = planFor(scopes, settings)
    const assertion = usableAssertionOf(caller)
    const key = cacheKey(
      caller.tenantId,
      caller.objectId,
      await digestOf(assertion),
      plan.resource,
      plan.scopes.join(' '),
    )
    const kept = await memory.get(key, async () => {
      const response = await endpoint
        .onBehalfOf({
          tenant: caller.tenantId,
          scope: plan.scopes.join(' '),
          resource: plan.resource,
          assertion: assertion.token,
        })
        .catch((error: unknown) => {
          throw asCallerChallenge(error, settings.authority)
        })
      return keptTokenOf(response, {
        resource: plan.resource,
        requested: plan.scopes,
        receivedAt: clock(),
      })
    })
    return new AccessToken(kept)
  }

  return (caller) => {
    const user = delegated(caller)
    return createTokenSource({
      acquire: (scopes) => acquire(user, scopes),
      graph: settings.graph,
      fetch: settings.fetch,
      delegated: true,
    })
  }
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

function planFor(scopes: Scopes | undefined, settings: AcquisitionSettings): ScopePlan {
  const plan = settings.plan({ scopes: scopes ?? [], purpose: 'on-behalf-of' })
  if (plan.resource === settings.clientId || settings.audiences.includes(plan.resource)) {
    throw new ScopesInvalidError({
      found: `On-behalf-of was asked for a token of this API itself (${plan.resource}).`,
      cure: 'Name the API that is called next; the caller already sent a token for this one.',
      scopes: plan.scopes,
    })
  }
  return plan
}

const digests = new WeakMap<Assertion, Promise<string>>()

/** SHA-256 of the verified token: part of a cache key, from which the token cannot be had back. */
function digestOf(assertion: Assertion): Promise<string> {
  const known = digests.get(assertion)
  if (known !== undefined) return known
  const digest = crypto.subtle
    .digest('SHA-256', new TextEncoder().encode(assertion.token))
    .then((bytes) => String.fromCharCode(...new Uint8Array(bytes)))
  digests.set(assertion, digest)
  return digest
}
