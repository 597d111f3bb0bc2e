import { cacheKey } from '../protocol/cache-key.js'
import { isSameResource } from '../protocol/scopes.js'
import type { SessionPort } from '../stores/session-port.js'
import type { SessionTokens } from '../stores/session-tokens.js'
import { keptTokenOf, type KeptToken } from '../stores/kept-token.js'
import { storeKeyOf } from '../stores/store-key.js'
import { withAnswer, withoutToken, type UserTokens } from '../stores/user-tokens.js'
import { AccessToken } from './access-token.js'
import type { AcquisitionSettings } from './acquisition-settings.js'
import { createRefusedRenewals } from './refused-renewals.js'
import { createSharedFlights } from '../stores/shared-flights.js'
import { createTokenSource, type TokenSource } from './token-source.js'
import type { TokenQuestion } from './token-source-settings.js'
import {
  incompleteGrant,
  lackingIn,
  signInNeeded,
  userChallenged,
  withClaims,
} from './user-needed.js'
import { wantedToken, type WantedToken } from './wanted-token.js'

export interface ForUserSettings extends AcquisitionSettings {
  readonly tokens: SessionTokens
}

/** The signed-in user of one request. */
export interface SignedInUser {
  readonly tenantId: string
  readonly objectId: string
  readonly session: SessionPort
}

type Kept = { readonly held: UserTokens; readonly kept: KeptToken }

/**
 * Tokens for other APIs, for the user who is signed in: kept in the session, renewed with the
 * refresh token without the user. One refresh token serves every resource.
 *
 * @throws InteractionRequiredError and ConsentRequiredError, which `errors()` turns into a redirect.
 * @see https://learn.microsoft.com/entra/identity-platform/refresh-tokens
 */
export function createForUser(settings: ForUserSettings): (user: SignedInUser) => TokenSource {
  const { tokens, clock, store, clientId } = settings
  const renewals = new Map<string, Promise<Kept>>()
  const refused = createRefusedRenewals(clock)
  const flights = store && createSharedFlights(store)
  const wantedBy = (question: TokenQuestion) => wantedToken(question, 'user', settings)

  async function acquire(user: SignedInUser, question: TokenQuestion): Promise<AccessToken> {
    const wanted = wantedBy(question)
    const held = await tokens.read(user.session)
    const kept = held === undefined ? undefined : keptFor(wanted, held)
    const now = clock()
    if (kept === undefined || now >= kept.staleAt)
      return new AccessToken((await renewed(user, wanted)).kept)
    if (now < kept.refreshAt) return new AccessToken(kept)
    // The token is still good, so a renewal that fails is no reason to fail the request.
    return renewed(user, wanted).then(
      (renewal) => new AccessToken(renewal.kept),
      () => new AccessToken(kept),
    )
  }

  /** One request to the platform for all requests of one session that need the same. */
  async function renewed(user: SignedInUser, wanted: WantedToken): Promise<Kept> {
    const { plan, needs, demand } = wanted
    const name = [plan.resource, plan.scopes.join(' '), needs?.scopes.join(' ') ?? '']
    const key = cacheKey(tokens.nameOf(user.session), ...name, demand?.claims ?? '')
    const running = renewals.get(key)
    if (running !== undefined) return running
    const renewal = renewedByOne(key, user, wanted).finally(() => renewals.delete(key))
    renewals.set(key, renewal)
    return renewal
  }

  /** Where processes share a store, one of them renews and the others find it in the session. */
  async function renewedByOne(key: string, user: SignedInUser, wanted: WantedToken): Promise<Kept> {
    if (flights === undefined) return renew(key, user, wanted)
    return flights.run(await storeKeyOf('renewal', clientId, key), {
      look: async () => freshIn(await tokens.readAgain(user.session), wanted),
      work: () => renew(key, user, wanted),
    })
  }

  function freshIn(held: UserTokens | undefined, wanted: WantedToken): Kept | undefined {
    const kept = held === undefined ? undefined : keptFor(wanted, held)
    return held && kept && clock() < kept.refreshAt ? { held, kept } : undefined
  }

  async function renew(key: string, user: SignedInUser, wanted: WantedToken): Promise<Kept> {
    const held = await tokens.readAgain(user.session)
    const already = freshIn(held, wanted)
    if (already !== undefined) return already
    const { demand } = wanted
    try {
      return await renewedWith(held, { key, user, wanted })
    } catch (error) {
      // What an API has refused is handed to nobody any more, whether or not there is another.
      if (held !== undefined && demand !== undefined) {
        await tokens.save(user.session, withoutToken(held, demand.refused.reveal()))
      }
      throw withClaims(error, demand?.claims)
    }
  }

  async function renewedWith(held: UserTokens | undefined, renewal: Renewal): Promise<Kept> {
    const { key, user, wanted } = renewal
    const { plan, demand } = wanted
    if (held?.refreshToken === undefined) throw signInNeeded(wanted)
    const { refreshToken, tenantId: tenant } = held
    refused.check(key, refreshToken)
    const request = {
      tenant,
      scope: [...plan.scopes, 'offline_access'].join(' '),
      resource: plan.resource,
      claims: demand?.claims,
      refreshToken,
    }
    const response = await settings.endpoint.refresh(request).catch((error: unknown) => {
      refused.note(key, refreshToken, error)
      throw error
    })
    const kept = keptTokenOf(response, {
      resource: plan.resource,
      requested: plan.scopes,
      receivedAt: clock(),
    })
    const latest = withAnswer(held, { refreshToken: response.refresh_token, accessToken: kept })
    await tokens.save(user.session, latest)
    const incomplete = incompleteGrant(wanted, response.scope)
    if (incomplete !== undefined) {
      refused.note(key, latest.refreshToken ?? refreshToken, incomplete)
      throw incomplete
    }
    return { held: latest, kept }
  }

  return (user) =>
    createTokenSource({
      acquire: (question) => acquire(user, question),
      unanswered: (question, challenge) => userChallenged(wantedBy(question), challenge),
      graph: settings.graph,
      fetch: settings.fetch,
      delegated: true,
    })
}

interface Renewal {
  readonly key: string
  readonly user: SignedInUser
  readonly wanted: WantedToken
}

/** A token holds all that was ever granted for its resource, so one of the resource may do. */
function keptFor(wanted: WantedToken, held: UserTokens): KeptToken | undefined {
  return held.accessTokens.find(
    (kept) =>
      isSameResource(kept.resource, wanted.plan.resource) &&
      lackingIn(wanted, kept.scopes.join(' ')).length === 0 &&
      kept.token !== wanted.demand?.refused.reveal(),
  )
}
