import { encodeBase64Url } from '../platform/base64url.js'
import { cacheKey } from '../protocol/cache-key.js'
import { EntraError } from '../protocol/entra-error.js'
import { SignInRequiredError } from '../protocol/sign-in-errors.js'
import { ConsentRequiredError, InteractionRequiredError } from '../protocol/token-errors.js'
import { hintsFor } from '../sign-in/authorization-request.js'
import type { Histories } from '../sign-in/history.js'
import { signInScopesOf } from '../sign-in/sign-in-flow.js'
import type { TransactionContent } from '../sign-in/transaction.js'
import type { Accounts } from './accounts.js'
import type { Departures } from './departures.js'
import { errorBodyOf, errorPageOf } from './error-page.js'
import { senderOf } from './navigation.js'
import { pageReply } from './page.js'
import { json, type Reply } from './reply.js'
import type { RequestView } from './request-view.js'
import type { SendAway } from './send-away.js'
import { sessionOf } from './session-of.js'
import type { SignInChoices } from './sign-in-options.js'
import type { ErrorStep } from './step.js'

export interface PageErrorSettings {
  readonly accounts: Accounts
  readonly histories: Histories
  readonly departures: Departures
  readonly sendAway: SendAway
  readonly choices: SignInChoices
}

type NeedsUser = InteractionRequiredError | ConsentRequiredError

/**
 * What becomes of an error that a handler of a web app threw. When the user can help, the user is
 * asked, once for the same thing; what is left is a small page for people and JSON for programs.
 */
export function createPageErrors(settings: PageErrorSettings): ErrorStep {
  const { accounts, histories, departures, sendAway, choices } = settings

  return async function pageErrors(request, error) {
    if (!(error instanceof EntraError)) return undefined
    if (error instanceof SignInRequiredError) {
      return sendAway(request, { error, content: {}, hints: {} })
    }
    const account = accounts.ifAny(request.key)
    if (needsUser(error) && account !== undefined) {
      const content = await contentFor(error)
      const wasAsked = histories.wasMet(sessionOf(request), content.need)
      if (!wasAsked) return sendAway(request, { error, content, hints: hintsFor(account) })
      return answer(request, error, content)
    }
    return answer(request, error, {})
  }

  async function answer(
    request: RequestView,
    error: EntraError,
    content: TransactionContent,
  ): Promise<Reply> {
    const headers = Object.entries(error.headers)
    if (senderOf(request) === 'program') return json(error.status, errorBodyOf(error), headers)
    // Somebody who presses the button wants to be asked again.
    const returnTo = departures.returnTo(request.method === 'GET' ? request.url : undefined)
    const again = needsUser(error)
      ? await departures.begin(request, { ...content, returnTo }, { prompt: 'consent' })
      : { url: returnTo, headers: [] }
    const page = errorPageOf(error, { kind: 'link', label: 'Try again', href: again.url })
    return pageReply(error.status, page, {
      render: choices.page,
      headers: [...headers, ...again.headers],
    })
  }

  /** Exactly what was missing: least privilege holds for consent as well. */
  async function contentFor(error: NeedsUser) {
    const need = await needOf(error)
    return {
      need,
      scopes: signInScopesOf(error.scopes, choices.silentRenewal),
      ...(error.claims === undefined ? {} : { claims: error.claims }),
    }
  }
}

function needsUser(error: EntraError): error is NeedsUser {
  return error instanceof InteractionRequiredError || error instanceof ConsentRequiredError
}

async function needOf({ scopes, claims }: NeedsUser): Promise<string> {
  const text = cacheKey(...scopes.toSorted(), claims ?? '')
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return encodeBase64Url(new Uint8Array(digest).slice(0, 12))
}
