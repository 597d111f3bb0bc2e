import type { Clock } from '../platform/clock.js'
import { accountOf, isSameAccount, type Account } from '../protocol/account.js'
import type { ScopePlan } from '../protocol/scope-plan.js'
import { CallbackInvalidError, SignInRefusedError } from '../protocol/sign-in-errors.js'
import type { SessionPort } from '../stores/session-port.js'
import type { SessionTokens } from '../stores/session-tokens.js'
import { keptTokenOf } from '../stores/kept-token.js'
import { withAnswer, type UserTokens } from '../stores/user-tokens.js'
import type { Histories } from './history.js'
import type { Redeemed } from './redemption.js'
import type { AccountSource, SignedIn, SignedInSessions } from './signed-in.js'
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
  /** The application's own word on who may come in: `false` refuses. */
  readonly afterSignIn: ((account: Account) => unknown) | undefined
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
 * @throws SignInRefusedError when the application refuses; SessionUnavailableError when the store
 *   fails, and then nothing has changed.
 */
export type CompleteSignIn = (session: SessionPort, redemption: Redemption) => Promise<SignedIn>

export function createCompletion(settings: CompletionSettings): CompleteSignIn {
  const { clock, sessions, tokens, histories, tombstones, keepSession, afterSignIn } = settings

  return async function completeSignIn(session, redemption) {
    const source = sourceOf(redemption)
    const account = accountOf(source.claims, source)
    if (account === undefined) throw new CallbackInvalidError('id-token', 'oid')
    if ((await afterSignIn?.(account)) === false) throw new SignInRefusedError('application')

    const previous = await sessions.read(session)
    const isSame = previous !== undefined && isSameAccount(previous.account, account)
    const held = isSame ? await tokens.read(session) : undefined
    const history = isSame ? histories.read(session) : { completed: [], needs: [] }
    const keep = isSame ? 'everything' : previous === undefined ? keepSession : []

    let signedIn: SignedIn | undefined
    await session.renew(keep, async (renewed) => {
      signedIn = await sessions.write(renewed, source)
      await tokens.write(renewed, tokensAfter(held ?? noTokensOf(account), redemption, clock()))
      const { transaction, returnTo } = redemption
      histories.write(renewed, history, { ...transaction, returnTo })
    })
    // A cookie of the same user may come back from a slow request; it is then the sign-in before.
    if (previous !== undefined && (!isSame || session.kind === 'server')) {
      await tombstones.bury(previous.id)
    }
    if (signedIn === undefined) throw new TypeError('The session did not call back.')
    return signedIn
  }
}

function sourceOf({ redeemed, sessionState }: Redemption): AccountSource {
  const clientInfo = redeemed.response['client_info']
  return {
    claims: redeemed.claims,
    sessionState,
    clientInfo: typeof clientInfo === 'string' ? clientInfo : undefined,
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
