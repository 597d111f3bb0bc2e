import type { Account } from '../protocol/account.js'
import type { EntraError } from '../protocol/entra-error.js'
import type { SignInEvent } from '../protocol/events.js'
import { CallbackInvalidError, SignInRefusedError } from '../protocol/sign-in-errors.js'
import { TokenRefusedError } from '../protocol/token-errors.js'
import type { Redeemed } from '../sign-in/redemption.js'
import type { Transaction } from '../sign-in/transaction.js'
import type { ScopePlan } from '../protocol/scope-plan.js'

/** Tells the developer what became of a sign-in, since the user only sees a page. */
export interface SignInReports {
  completed(account: Account, arrival: Arrived): void
  refused(error: EntraError, pending: Transaction | undefined): void
  /** A response came back to an address that no sign-in starts at. */
  cameElsewhere(host: string | undefined): void
}

interface Arrived {
  readonly transaction: Transaction
  readonly redeemed: Redeemed
  readonly plan: ScopePlan
}

export interface SignInReportSettings {
  readonly tell: (event: SignInEvent) => void
  readonly warn: (message: string) => void
  readonly origins: readonly string[]
}

export function createSignInReports(settings: SignInReportSettings): SignInReports {
  const { tell, origins } = settings
  const said = new Set<string>()

  function warnOnce(message: string): void {
    if (said.has(message) || said.size > mostWarnings) return
    said.add(message)
    settings.warn(message)
  }

  return {
    completed({ tenantId, objectId }, { transaction, redeemed, plan }) {
      const { correlationId } = transaction
      tell({ type: 'sign-in-completed', tenantId, objectId, correlationId })
      const isPromised = plan.oidc.includes('offline_access')
      if (isPromised && redeemed.response.refresh_token === undefined) warnOnce(noRefreshToken)
    },

    refused(error, pending) {
      const { code, status } = error
      const correlationId = correlationIdOf(error) ?? pending?.correlationId
      if (status >= 500 && status !== 503) {
        tell({ type: 'sign-in-failed', code, status, message: error.message, correlationId })
        warnOnce(`A sign-in failed. ${error.message}`)
        return
      }
      const reason = reasonOf(error)
      tell({
        type: 'sign-in-refused',
        code,
        status,
        reason,
        aadsts: aadstsOf(error),
        correlationId,
      })
      if (reason === 'requirement auth-time') warnOnce(noAuthTime)
    },

    cameElsewhere(host = '') {
      const shown = /^[\w.:[\]-]{1,100}$/.test(host) ? host : 'another host'
      warnOnce(
        `A sign-in response came back to ${shown}, and baseUrl is ${origins.join(', ')}. People have to ` +
          'open the app at one of these; list every address in baseUrl, or let the proxy in front pass on Host.',
      )
    },
  }
}

/** Hosts come from requests, so there may be any number of different ones. */
const mostWarnings = 20

// R24
const noRefreshToken =
  'The sign-in asked for offline_access and Entra sent no refresh token: every expired token will mean a ' +
  'redirect. Conditional Access may forbid it; signIn({ silentRenewal: false }) does without.'

const noAuthTime =
  'maxAge cannot be checked: the ID token has no auth_time. Add the optional claim auth_time to the ID ' +
  'token, under "Token configuration" of the app registration.'

function correlationIdOf(error: EntraError): string | undefined {
  return error instanceof SignInRefusedError || error instanceof TokenRefusedError
    ? error.correlationId
    : undefined
}

function aadstsOf(error: EntraError): number | undefined {
  if (error instanceof SignInRefusedError) return error.aadsts
  return error instanceof TokenRefusedError ? error.aadsts[0] : undefined
}

function reasonOf(error: EntraError): string | undefined {
  const words =
    error instanceof SignInRefusedError
      ? [error.reason, error.unmet]
      : error instanceof CallbackInvalidError
        ? [error.fault, error.reason]
        : []
  return words.filter(Boolean).join(' ') || undefined
}
