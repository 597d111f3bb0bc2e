import type { EntraError } from '../protocol/entra-error.js'
import { planScopes, type ScopePlan } from '../protocol/scope-plan.js'
import { InteractionRequiredError } from '../protocol/token-errors.js'
import { CallbackInvalidError, SignInRefusedError } from '../protocol/sign-in-errors.js'
import {
  authorizationUrl,
  claimsOf,
  type ResponseMode,
  type SignInHints,
} from './authorization-request.js'
import type { AuthorizationResponse } from './authorization-response.js'
import { refusalOf } from './provider-refusal.js'
import { redeemCode, type Redeemed, type RedemptionSettings } from './redemption.js'
import type { Redemptions } from './redemptions.js'
import { unmetBy } from './sign-in-requirement.js'
import type {
  SealedTransaction,
  Transaction,
  TransactionCodec,
  TransactionContent,
} from './transaction.js'

export interface SignInFlowSettings extends RedemptionSettings {
  readonly transactions: TransactionCodec
  readonly redemptions: Redemptions
  /** Public origins of this app; the first is the default. */
  readonly origins: readonly [string, ...string[]]
  readonly callbackPath: string
  /** What every sign-in asks for; see {@link signInScopesOf}. */
  readonly scopes: readonly string[]
  readonly responseMode: ResponseMode
  /** Told what is odd about the scopes. */
  readonly warn: (message: string) => void
}

export interface Departure {
  readonly url: string
  readonly cookie: SealedTransaction
  readonly correlationId: string
}

/** What became of a response that was good. */
export type Arrival =
  | {
      readonly kind: 'redeemed'
      readonly transaction: Transaction
      readonly redeemed: Redeemed
      readonly plan: ScopePlan
    }
  /** Too late, the code spent, or a requirement not met: it begins anew with what it was begun with. */
  | {
      readonly kind: 'begin-again'
      readonly content: TransactionContent
      readonly hints: SignInHints
    }

export interface SignInFlow {
  /** @throws ScopesInvalidError when the scopes of the content cannot be asked for. */
  begin(content: TransactionContent, hints: SignInHints): Promise<Departure>
  /** The pending sign-in that a response belongs to, found among the browser's cookies. */
  pendingFor(
    state: string,
    cookies: readonly (readonly [string, string])[],
  ): Promise<Transaction | undefined>
  /**
   * @throws CallbackInvalidError, SignInRefusedError, or the platform's refusal as a typed error.
   */
  arrive(transaction: Transaction, response: AuthorizationResponse): Promise<Arrival>
  /** Where a sign-in that failed is begun from again. */
  contentOf(transaction: Transaction): TransactionContent
}

// Once is a code that was used up or a slow user; twice is something that will not mend itself.
const mostRestarts = 1

/** The steps of a sign-in that need neither a framework nor a session. */
export function createSignInFlow(settings: SignInFlowSettings): SignInFlow {
  const { transactions, redemptions, origins } = settings

  function redirectUriOf(origin: string | undefined): string {
    const known = origin !== undefined && origins.includes(origin) ? origin : origins[0]
    return known + settings.callbackPath
  }

  function planFor({ scopes }: TransactionContent): ScopePlan {
    return planScopes(scopes ?? settings.scopes, {
      graphResource: settings.authority.cloud.graphResource,
      clientId: settings.clientId,
      purpose: 'sign-in',
    })
  }

  // Scopes that cannot be asked for are a mistake of the program, not of a request.
  for (const warning of planFor({}).warnings) settings.warn(warning)

  async function redeemed(transaction: Transaction, code: string, issuer: string | undefined) {
    const plan = planFor(transaction)
    const value = await redemptions(transaction.state, () =>
      redeemCode(settings, {
        code,
        issuer,
        state: transaction.state,
        nonce: transaction.nonce,
        codeVerifier: transaction.codeVerifier,
        redirectUri: redirectUriOf(transaction.origin),
        scopes: [...plan.oidc, ...plan.scopes],
        resource: plan.resource,
        claims: claimsOf(transaction),
      }),
    )
    return { kind: 'redeemed', transaction, plan, redeemed: value } as const
  }

  function beginAgain(transaction: Transaction, why: EntraError, hints: SignInHints = {}): Arrival {
    const restarts = (transaction.restarts ?? 0) + 1
    if (restarts > mostRestarts) throw why
    return { kind: 'begin-again', content: { ...contentOf(transaction), restarts }, hints }
  }

  /** L27: a sign-in that lacks what it was started for is none; the user authenticates once more. */
  function provenBy(arrival: Extract<Arrival, { kind: 'redeemed' }>): Arrival {
    const { transaction, redeemed } = arrival
    const time = { now: settings.clock(), toleranceSeconds: settings.clockToleranceSeconds }
    const unmet = unmetBy(redeemed.claims, transaction, time)
    if (unmet === undefined) return arrival
    const refusal = new SignInRefusedError('requirement', { unmet })
    // Asking again does not make Entra tell what the registration does not ask for.
    if (unmet === 'auth-time') throw refusal
    return beginAgain(transaction, refusal, { prompt: 'login' })
  }

  return {
    async begin(content, hints) {
      const plan = planFor(content)
      const { transaction, cookie } = await transactions.begin(content)
      const url = authorizationUrl({
        authority: settings.authority,
        clientId: settings.clientId,
        redirectUri: redirectUriOf(content.origin),
        scopes: [...plan.oidc, ...plan.resources.flatMap(({ scopes }) => scopes)],
        responseMode: settings.responseMode,
        transaction,
        hints,
        clientCapabilities: settings.clientCapabilities,
      })
      return { url, cookie, correlationId: transaction.correlationId }
    },

    async pendingFor(state, cookies) {
      for (const [name, value] of cookies) {
        if (!transactions.isNameFor(name, state)) continue
        const transaction = await transactions.open({ name, value }, state)
        if (transaction !== undefined) return transaction
      }
      return undefined
    },

    async arrive(transaction, response) {
      if (response.error !== undefined) throw refusalOf(response.error)
      if (response.code === undefined) throw new CallbackInvalidError('parameter', 'code')
      if (transactions.isExpired(transaction)) return beginAgain(transaction, used())
      try {
        return provenBy(await redeemed(transaction, response.code, response.issuer))
      } catch (error) {
        if (error instanceof InteractionRequiredError) return beginAgain(transaction, used())
        throw error
      }
    },

    contentOf,
  }
}

function used(): CallbackInvalidError {
  return new CallbackInvalidError('code')
}

/** `openid` always; `profile` because without it the platform does not say who the user is. */
export function signInScopesOf(
  scopes: string | readonly string[],
  silentRenewal: boolean,
): readonly string[] {
  const wanted = typeof scopes === 'string' ? scopes.split(' ').filter(Boolean) : scopes
  return ['openid', 'profile', ...(silentRenewal ? ['offline_access'] : []), ...wanted]
}

function contentOf(transaction: Transaction): TransactionContent {
  const { state, nonce, codeVerifier, codeChallenge, correlationId, issuedAt, ...content } =
    transaction
  return content
}
