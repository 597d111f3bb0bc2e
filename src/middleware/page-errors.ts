import { refusalIn } from '../acquisition/refusal-pause.js'
import { encodeBase64Url } from '../platform/base64url.js'
import { cacheKey } from '../protocol/cache-key.js'
import { subjectsOf } from '../protocol/claims-request.js'
import type { EntraError } from '../protocol/entra-error.js'
import { SignInRequiredError } from '../protocol/sign-in-errors.js'
import {
  ConsentRequiredError,
  InteractionRequiredError,
  RequestRefusedError,
} from '../protocol/token-errors.js'
import { hintsFor } from '../sign-in/authorization-request.js'
import { onceInSession, type Histories } from '../sign-in/history.js'
import { signInScopesOf } from '../sign-in/sign-in-flow.js'
import { heldBy } from '../sign-in/sign-in-requirement.js'
import { isAnswer } from './api-errors.js'
import type { Accounts } from './accounts.js'
import type { Departures } from './departures.js'
import type { Errand } from './errands.js'
import { errorBodyOf, errorPageOf, type ErrorDetail } from './error-page.js'
import { senderOf } from './navigation.js'
import { pageReply } from './page.js'
import { json, type Reply } from './reply.js'
import type { RequestView } from './request-view.js'
import type { SendAway } from './send-away.js'
import type { SessionOf } from './session-of.js'
import type { SignInChoices } from './sign-in-options.js'
import type { ErrorStep } from './step.js'

export interface PageErrorSettings {
  readonly accounts: Accounts
  readonly histories: Histories
  readonly departures: Departures
  readonly sendAway: SendAway
  readonly sessionOf: SessionOf
  readonly choices: SignInChoices
  readonly errorDetail: ErrorDetail
  readonly adminConsentPath?: () => string | undefined
}

type NeedsUser = InteractionRequiredError | ConsentRequiredError

/**
 * What becomes of an error that a handler of a web app threw. When the user can help, the user is
 * asked, once for the same thing; what is left is a small page for people and JSON for programs.
 */
export function createPageErrors(settings: PageErrorSettings): ErrorStep {
  const { accounts, histories, departures, sendAway, sessionOf, choices, errorDetail } = settings

  return async function pageErrors(request, error) {
    if (!isAnswer(error)) return undefined
    if (error instanceof SignInRequiredError) {
      return sendAway(request, { error, content: {}, hints: {} })
    }
    const account = accounts.ifAny(request.key)
    if (needsUser(error) && account !== undefined) {
      const content = { ...(await contentFor(error)), ...heldBy(account) }
      const hints = hintsFor(account)
      const isUpgrade = isDefaultUpgrade(error)
      if (histories.wasMet(sessionOf(request), content.need)) {
        // Somebody who presses the button after that wants to be asked again.
        const prompt = error instanceof ConsentRequiredError ? 'consent' : 'login'
        const again = { content, hints: { ...hints, prompt } } as const
        return answer(request, isUpgrade ? stillMissing(error) : error, again)
      }
      const prompt = isUpgrade ? 'consent' : undefined
      return sendAway(request, { error, content, hints: { ...hints, prompt } })
    }
    return answer(request, error)
  }

  async function answer(request: RequestView, error: EntraError, errand?: Errand): Promise<Reply> {
    const headers = Object.entries(error.headers)
    if (senderOf(request) === 'program') {
      return json(error.status, errorBodyOf(error, errorDetail), headers)
    }
    const returnTo = departures.returnTo(request.method === 'GET' ? request.url : undefined)
    const again =
      errand === undefined
        ? { url: returnTo, headers: [] }
        : await departures.begin(request, { ...errand.content, returnTo }, errand.hints)
    const tryAgain = { kind: 'link', label: 'Try again', href: again.url } as const
    const page = errorPageOf(error, tryAgain, settings.adminConsentPath?.())
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

/**
 * R37: a `.default` token that lacks something can get it only when the user sees the consent page
 * again, which the platform does not show by itself.
 */
function isDefaultUpgrade(error: NeedsUser): error is ConsentRequiredError {
  return (
    error instanceof ConsentRequiredError &&
    error.missing.length > 0 &&
    error.scopes.every((scope) => scope.endsWith('/.default'))
  )
}

/** The page was shown, and the permission is still not there: asking again would be a loop. */
function stillMissing(error: ConsentRequiredError): RequestRefusedError {
  return new RequestRefusedError({
    ...refusalIn(error),
    message:
      `The user was asked for consent to ${error.scopes.join(' ')} and the token still lacks ` +
      `${error.missing.join(' ')}. Either it was not granted, or "API permissions" of the app ` +
      'registration does not list it: .default asks for what is listed there, and for no more.',
    reason: 'denied',
  })
}

async function needOf(error: NeedsUser): Promise<string> {
  const { scopes, claims } = error
  const missing = error instanceof ConsentRequiredError ? error.missing : []
  const subjects = claims === undefined ? [] : subjectsOf(claims)
  const lists = [scopes.toSorted(), subjects, missing.toSorted()]
  const text = cacheKey(...lists.map((list) => cacheKey(...list)))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  const need = encodeBase64Url(new Uint8Array(digest).slice(0, 12))
  return isDefaultUpgrade(error) ? onceInSession(need) : need
}
