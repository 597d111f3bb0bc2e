import type { Clock } from '../platform/clock.js'
import {
  accountOf,
  claimsAboutUser,
  homeAccountIdOf,
  isSameAccount,
  type Account,
  type AccountDetails,
} from '../protocol/account.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import type { ScopePlan } from '../protocol/scope-plan.js'
import { CallbackInvalidError, SignInRefusedError } from '../protocol/sign-in-errors.js'
import { createPassingSession } from '../stores/passing-session.js'
import type { SessionPort } from '../stores/session-port.js'
import type { SessionTokens } from '../stores/session-tokens.js'
import { keptTokenOf } from '../stores/kept-token.js'
import { unlessStoreIsAway } from '../stores/unless-store-is-away.js'
import { withAnswer, type UserTokens } from '../stores/user-tokens.js'
import type { Histories } from './history.js'
import type { Redeemed } from './redemption.js'
import type { SignedIn } from './sign-in-records.js'
import type { AccountSource, SignedInSessions } from './signed-in.js'
import type { Tombstones } from './tombstones.js'
import type { Transaction } from './transaction.js'

export interface CompletionSettings {
  readonly clock: Clock
  readonly sessions: SignedInSessions
  readonly tokens: SessionTokens
  readonly histories: Histories
  readonly tombstones: Tombstones
  /** Keys of an anonymous visitor's session that the signed-in user keeps. */
  readonly keepSession: readonly string[]
  /** The application's own word on who comes in; the session given holds the user's tokens only. */
  readonly afterSignIn: ((account: Account, session: SessionPort) => unknown) | undefined
}

export interface Redemption {
  readonly transaction: Transaction
  readonly redeemed: Redeemed
  readonly plan: ScopePlan
  readonly sessionState: string | undefined
  readonly returnTo: string
}

/**
 * Signs the user in to the session, which gets a new id. The same user keeps what the application
 * had stored; a visitor becomes a user with the keys named; another user finds nothing.
 *
 * @throws SignInRefusedError when the application refuses; ConfigurationError when its answer is
 *   none; SessionUnavailableError when the store fails. Nothing has changed then.
 */
export type CompleteSignIn = (session: SessionPort, redemption: Redemption) => Promise<SignedIn>

export function createCompletion(settings: CompletionSettings): CompleteSignIn {
  const { clock, sessions, tokens, histories, tombstones, keepSession, afterSignIn } = settings

  return async function completeSignIn(session, redemption) {
    const source = sourceOf(redemption)
    const account = accountOf(source.claims, source)
    if (account === undefined) throw new CallbackInvalidError('id-token', 'oid')

    // The last user's sign-in may be over: what else the session holds is still that user's.
    const last = await sessions.held(session)
    const previous = await sessions.read(session)
    const isSame = last !== undefined && isSameAccount(last.account, account)
    const held = isSame && previous !== undefined ? await tokens.readAgain(session) : undefined
    const history = isSame ? histories.read(session) : { completed: [], needs: [] }
    const keep = isSame ? 'everything' : last === undefined ? keepSession : []
    const arrived = tokensAfter(held ?? noTokensOf(account), redemption, clock())
    const { details, latest } = await toldBy(account, arrived)

    const removeBefore = tokens.removalOf(session)
    let signedIn: SignedIn | undefined
    await session.renew(keep, async (renewed) => {
      signedIn = await sessions.write(renewed, { ...source, details })
      await tokens.write(renewed, latest)
      const { transaction, returnTo } = redemption
      histories.write(renewed, history, { ...transaction, returnTo })
    })
    await removeBefore()
    // A cookie of the same user may come back from a slow request; it is then the sign-in before.
    if (previous !== undefined && (!isSame || session.kind === 'server')) {
      // The user is signed in by now; what the store refuses is written when it answers again.
      await tombstones.bury(previous.id).catch(unlessStoreIsAway)
    }
    if (signedIn === undefined) throw new TypeError('The session did not call back.')
    return signedIn
  }

  /** What the application says of the user, and the tokens after whatever it did to find out. */
  async function toldBy(account: Account, arrived: UserTokens): Promise<Told> {
    if (afterSignIn === undefined) return { latest: arrived }
    const passing = createPassingSession()
    await tokens.write(passing, arrived)
    try {
      const details = detailsIn(await afterSignIn(account, passing))
      return { details, latest: (await tokens.read(passing)) ?? arrived }
    } finally {
      await tokens.remove(passing)
    }
  }
}

interface Told {
  readonly details?: AccountDetails | undefined
  readonly latest: UserTokens
}

/** What is neither yes nor no nor something to keep lets nobody in: it may be a search in vain. */
function detailsIn(answer: unknown): AccountDetails | undefined {
  if (answer === undefined || answer === true) return undefined
  if (answer === false) throw new SignInRefusedError('application')
  if (typeof answer === 'object' && answer !== null && !Array.isArray(answer)) {
    // As it will be read from the session: JSON, and nobody else's object.
    return JSON.parse(JSON.stringify(answer)) as AccountDetails
  }
  const found = Array.isArray(answer) ? 'a list' : answer === null ? 'null' : `a ${typeof answer}`
  throw new ConfigurationError({
    message:
      `signIn(): afterSignIn answered ${found}. ` +
      'Expected false to refuse the user, an object to keep as account.details, or nothing.',
    option: 'signIn.afterSignIn',
  })
}

function sourceOf({ redeemed, sessionState }: Redemption): AccountSource {
  const clientInfo = redeemed.response['client_info']
  return {
    claims: claimsAboutUser(redeemed.claims),
    homeAccountId: homeAccountIdOf(typeof clientInfo === 'string' ? clientInfo : undefined),
    sessionId: sessionState,
  }
}

function noTokensOf({ tenantId, objectId }: Account): UserTokens {
  return { tenantId, objectId, accessTokens: [] }
}

/** A token for OpenID Connect scopes alone serves UserInfo only, so it is not kept for an API. */
function tokensAfter(held: UserTokens, { redeemed, plan }: Redemption, now: number): UserTokens {
  const { response } = redeemed
  const context = { resource: plan.resource, requested: plan.scopes, receivedAt: now }
  return withAnswer(held, {
    refreshToken: response.refresh_token,
    ...(plan.isUserInfo ? {} : { accessToken: keptTokenOf(response, context) }),
  })
}
