import { cacheKey } from '../protocol/cache-key.js'
import { isSameResource } from '../protocol/scopes.js'
import { observerOf, type Findings } from '../protocol/telemetry.js'
import type { SessionPort } from '../stores/session-port.js'
import type { SessionTokens } from '../stores/session-tokens.js'
import { keptTokenOf, type KeptToken } from '../stores/kept-token.js'
import type { ScopePlan } from '../protocol/scope-plan.js'
import { storeKeyOf } from '../stores/store-key.js'
import { withoutToken, withRenewal, type UserTokens } from '../stores/user-tokens.js'
import { AccessToken } from './access-token.js'
import type { AcquisitionSettings } from './acquisition-settings.js'
import { createKnownAnswers } from './known-answers.js'
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
import { claimsWith, isPlain, wantedToken, type WantedToken } from './wanted-token.js'

export interface ForUserSettings extends AcquisitionSettings {
  readonly tokens: SessionTokens
}

/** The signed-in user of one request. */
export interface SignedInUser {
  readonly tenantId: string
  readonly objectId: string
  readonly session: SessionPort
  /** GUID under which requests are found in logs; a new one each when left out. */
  readonly correlationId?: string
}

/** The user, and what is to be told of the token that is asked for. */
interface AskingUser extends SignedInUser {
  readonly findings: Findings
}

interface Renewal {
  readonly key: string
  readonly user: AskingUser
  readonly wanted: WantedToken
}

/** Renewals that nobody waits for are not urgent: when many are due at once, the rest comes later. */
const mostBehind = 20

/**
 * Tokens for other APIs, for the user who is signed in: kept in the session, renewed with the
 * refresh token without the user. One refresh token serves every resource.
 *
 * @throws InteractionRequiredError and ConsentRequiredError, which `errors()` turns into a redirect.
 * @see https://learn.microsoft.com/entra/identity-platform/refresh-tokens
 */
export function createForUser(settings: ForUserSettings): (user: SignedInUser) => TokenSource {
  const { tokens, clock, store, clientId } = settings
  const observe = observerOf(settings.telemetry)
  const renewals = new Map<string, Promise<KeptToken>>()
  const refused = createRefusedRenewals(clock)
  const flights = store && createSharedFlights(store)
  const wantedBy = (question: TokenQuestion) => wantedToken(question, 'user', settings)
  const foundIn = createKnownAnswers<UserTokens, ScopePlan, Found>()
  let behind = 0

  async function acquire(
    user: SignedInUser,
    question: TokenQuestion,
    findings: Findings,
  ): Promise<AccessToken> {
    const wanted = wantedBy(question)
    const held = await tokens.read(user.session)
    const { kept, token } = (held && foundBy(question, wanted, held)) ?? nothingFound
    const now = clock()
    if (kept !== undefined && now < kept.refreshAt) return token
    const asking = { user: { ...user, findings }, wanted }
    if (kept === undefined) {
      return new AccessToken(await renewed(renewalOf(asking.user, wanted)))
    }
    const served = now >= kept.staleAt ? renewedOrValid : servedWhileGood
    return new AccessToken(await served(kept, asking))
  }

  /** What is held is the same object for as long as the session holds the same. */
  function foundBy(question: TokenQuestion, wanted: WantedToken, held: UserTokens): Found {
    const known = isPlain(question) ? foundIn.find(held, wanted.plan) : undefined
    if (known !== undefined) return known
    const kept = keptFor(wanted, held)
    const found = kept === undefined ? nothingFound : { kept, token: new AccessToken(kept) }
    if (isPlain(question)) foundIn.keep(held, wanted.plan, found)
    return found
  }

  /** A token that is about to expire is better than none. */
  async function renewedOrValid(
    kept: KeptToken,
    { user, wanted }: Pick<Renewal, 'user' | 'wanted'>,
  ): Promise<KeptToken> {
    const renewal = renewalOf(user, wanted)
    try {
      return await renewed(renewal)
    } catch (error) {
      if (clock() < kept.expiresAt) return kept
      throw error
    }
  }

  /** T26: nobody waits for the platform while the token is good, nor fails when a renewal does. */
  async function servedWhileGood(
    kept: KeptToken,
    { user, wanted }: Pick<Renewal, 'user' | 'wanted'>,
  ): Promise<KeptToken> {
    // What is done behind the request is not the request's to tell.
    const renewal = renewalOf({ ...user, findings: {} }, wanted)
    if (renewals.has(renewal.key) || refused.isRecent(renewal.key)) return kept
    const left = await found(renewal).catch(() => undefined)
    if (left === undefined) renewBehind(renewal)
    return left ?? kept
  }

  function renewBehind(renewal: Renewal): void {
    if (behind >= mostBehind) return
    behind += 1
    void renewed(renewal)
      .catch(() => undefined)
      .finally(() => (behind -= 1))
  }

  function renewalOf(user: AskingUser, wanted: WantedToken): Renewal {
    const { plan, needs, demand, capability } = wanted
    const needed = needs?.scopes.join(' ') ?? ''
    const name = [plan.resource, plan.scopes.join(' '), needed, capability ?? '']
    const key = cacheKey(tokens.nameOf(user.session), ...name, demand?.claims ?? '')
    return { key, user, wanted }
  }

  /** One request to the platform for all requests of one session that need the same. */
  function renewed(renewal: Renewal): Promise<KeptToken> {
    const { key, user } = renewal
    user.findings.source = 'shared'
    const running = renewals.get(key)
    if (running !== undefined) return running
    const begun = renewedByOne(renewal).finally(() => renewals.delete(key))
    renewals.set(key, begun)
    return begun
  }

  /** Where processes share a store, one of them renews and the others find it in the session. */
  async function renewedByOne(renewal: Renewal): Promise<KeptToken> {
    if (flights === undefined) return (await found(renewal)) ?? renew(renewal)
    return flights.run(await storeKeyOf('renewal', clientId, renewal.key), {
      look: () => found(renewal),
      work: () => renew(renewal),
    })
  }

  /** What another request has renewed meanwhile. */
  async function found({ user, wanted }: Renewal): Promise<KeptToken | undefined> {
    const kept = keptFor(wanted, await tokens.readAgain(user.session))
    return kept !== undefined && clock() < kept.refreshAt ? kept : undefined
  }

  async function renew(renewal: Renewal): Promise<KeptToken> {
    const { user, wanted } = renewal
    const { demand } = wanted
    const held = await tokens.readAgain(user.session)
    try {
      return await renewedWith(held, renewal)
    } catch (error) {
      // What an API has refused is handed to nobody any more, whether or not there is another.
      if (demand !== undefined) {
        await tokens.update(user.session, (latest) => withoutToken(latest, demand.refused.reveal()))
      }
      throw withClaims(error, demand?.claims)
    }
  }

  async function renewedWith(held: UserTokens | undefined, renewal: Renewal): Promise<KeptToken> {
    const { key, user, wanted } = renewal
    const { plan, demand, capability } = wanted
    if (held?.refreshToken === undefined) throw signInNeeded(wanted)
    const { refreshToken, tenantId: tenant } = held
    refused.check(key, refreshToken)
    const request = {
      tenant,
      scope: [...plan.scopes, 'offline_access'].join(' '),
      resource: plan.resource,
      claims: claimsWith(capability, demand?.claims),
      correlationId: user.correlationId,
      refreshToken,
    }
    user.findings.source = 'platform'
    const response = await settings.endpoint.refresh(request).catch((error: unknown) => {
      refused.note(key, refreshToken, error)
      throw error
    })
    const kept = keptTokenOf(response, {
      resource: plan.resource,
      requested: plan.scopes,
      receivedAt: clock(),
      capability,
    })
    const answer = { refreshToken: response.refresh_token, accessToken: kept }
    // Other APIs' tokens may have come while this one was asked for.
    await tokens.update(user.session, (latest) => withRenewal(latest, answer, held))
    const incomplete = incompleteGrant(wanted, response.scope)
    if (incomplete !== undefined) {
      refused.note(key, response.refresh_token ?? refreshToken, incomplete)
      throw incomplete
    }
    return kept
  }

  return (user) =>
    createTokenSource(
      {
        acquire: (question) =>
          observe(handingOut, (findings) => {
            findings.source = 'cache'
            return acquire(user, question, findings)
          }),
        unanswered: (question, challenge) => userChallenged(wantedBy(question), challenge),
        delegated: true,
        tenant: user.tenantId,
        calls: settings,
      },
      user.correlationId,
    )
}

const handingOut = { kind: 'token', grant: 'refresh_token' } as const

/** What is held of a token, and as it is handed out. */
type Found = { readonly kept: KeptToken; readonly token: AccessToken } | typeof nothingFound

const nothingFound = { kept: undefined, token: undefined } as const

/** A token holds all that was ever granted for its resource, so one of the resource may do. */
function keptFor(wanted: WantedToken, held: UserTokens | undefined): KeptToken | undefined {
  return held?.accessTokens.find(
    (kept) =>
      isSameResource(kept.resource, wanted.plan.resource) &&
      // Who answers challenges can do with any token, the others only with one that meets none.
      (kept.capability === undefined || kept.capability === wanted.capability) &&
      lackingIn(wanted, kept.scopes.join(' ')).length === 0 &&
      kept.token !== wanted.demand?.refused.reveal(),
  )
}
