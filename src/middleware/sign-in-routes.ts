import { EntraError } from '../protocol/entra-error.js'
import { locationOf } from '../protocol/return-to.js'
import { CallbackInvalidError, SignInRefusedError } from '../protocol/sign-in-errors.js'
import { hintsFor, type SignInHints } from '../sign-in/authorization-request.js'
import type { AuthorizationResponse } from '../sign-in/authorization-response.js'
import type { CompleteSignIn } from '../sign-in/completion.js'
import type { Histories } from '../sign-in/history.js'
import { refusalOf } from '../sign-in/provider-refusal.js'
import type { SignInFlow } from '../sign-in/sign-in-flow.js'
import type { Transaction } from '../sign-in/transaction.js'
import type { Arrivals } from './arrivals.js'
import { cookiesOf } from './cookies.js'
import type { Departures } from './departures.js'
import type { Errands, SealedErrand } from './errands.js'
import { errorPageOf } from './error-page.js'
import { pageReply } from './page.js'
import type { SignedInWith } from './page-guard.js'
import { isInteractivePrompt } from './prompts.js'
import { redirect, type Header, type Reply } from './reply.js'
import { queryOf, type RequestView } from './request-view.js'
import type { SessionOf } from './session-of.js'
import type { SignInReports } from './sign-in-reports.js'
import type { SignInChoices } from './sign-in-options.js'

export interface SignInRouteSettings {
  readonly flow: SignInFlow
  readonly departures: Departures
  readonly errands: Errands
  readonly signedInWith: SignedInWith
  readonly arrivals: Arrivals
  readonly complete: CompleteSignIn
  readonly histories: Histories
  readonly sessionOf: SessionOf
  readonly reports: SignInReports
  readonly choices: SignInChoices
  readonly adminConsentPath?: () => string | undefined
}

export type Route = (request: RequestView) => Promise<Reply>

/** The routes that start a sign-in and complete it. */
export function createSignInRoutes(settings: SignInRouteSettings): {
  login: Route
  callback: Route
} {
  const { flow, departures, errands, arrivals, complete, histories, sessionOf } = settings
  const { reports, choices } = settings

  async function login(request: RequestView): Promise<Reply> {
    if (request.method !== 'GET') return notAllowed('GET')
    const query = queryOf(request)
    const [returnTo, ...more] = query.getAll('returnTo')
    const errand = await errands.readIn(query)
    const { url, headers } = await departures.begin(
      request,
      {
        ...errand?.content,
        returnTo: departures.returnTo(more.length > 0 ? undefined : returnTo),
      },
      { ...forwarded(query), ...(errand && (await hintsOn(request, errand))) },
    )
    return redirect(302, url, headers)
  }

  /** Who is signed in now is the one who gets what was lacking. */
  async function hintsOn(request: RequestView, { prompt }: SealedErrand): Promise<SignInHints> {
    const signedIn = await settings.signedInWith(request)
    return {
      ...(signedIn && hintsFor(signedIn.account)),
      ...(prompt === undefined ? {} : { prompt }),
    }
  }

  /** Only what the application lets through, once each, and of a reasonable length. */
  function forwarded(query: URLSearchParams): SignInHints {
    const passed = new Map(
      choices.forwardParameters.flatMap((name): [string, string][] => {
        const [given, ...more] = query.getAll(name)
        const isGood =
          given !== undefined && more.length === 0 && /^[\x20-\x7e]{1,256}$/.test(given)
        return isGood ? [[name, given]] : []
      }),
    )
    const prompt = passed.get('prompt')
    const hints = {
      prompt: isInteractivePrompt(prompt) ? prompt : undefined,
      loginHint: passed.get('login_hint'),
      domainHint: passed.get('domain_hint'),
      languages: passed.get('ui_locales'),
    }
    for (const name of named) passed.delete(name)
    return { ...hints, others: Object.fromEntries(passed) }
  }

  async function callback(request: RequestView): Promise<Reply> {
    let pending: Transaction | undefined
    try {
      const received = await arrivals.receive(request)
      if ('reply' in received) return received.reply
      pending = await pendingOf(request, received.response)
      return await answer(request, received.response, pending)
    } catch (error) {
      if (!(error instanceof EntraError)) throw error
      reports.refused(error, pending)
      // Nobody has asked for a silent attempt, so nobody is told that it came to nothing.
      return pending?.silent === true
        ? onward(request, pending.state, departures.returnTo(pending.returnTo))
        : refusal(request, error, pending)
    }
  }

  async function pendingOf(request: RequestView, { state, error }: AuthorizationResponse) {
    const cookies = cookiesOf(request.header('cookie'))
    const pending = state === undefined ? undefined : await flow.pendingFor(state, cookies)
    // An error tells the user something even when it cannot be assigned, and it signs nobody in.
    if (pending === undefined && error !== undefined) throw refusalOf(error)
    return pending
  }

  async function answer(
    request: RequestView,
    response: AuthorizationResponse,
    pending: Transaction | undefined,
  ): Promise<Reply> {
    const { state } = response
    if (state === undefined) throw new CallbackInvalidError('parameter', 'state')
    const session = sessionOf(request)
    const before = response.error === undefined ? histories.returnToOf(session, state) : undefined
    // Where the framework's cookie is not signed, anybody may have written what it holds.
    if (before !== undefined) return onward(request, state, departures.returnTo(before))
    const here = departures.namedOriginOf(request)
    if (pending === undefined) {
      if (here === undefined) reports.cameElsewhere(request.header('host'))
      throw new CallbackInvalidError('transaction', here === undefined ? 'origin' : undefined)
    }
    // Ports of one host share cookies, so one origin's transaction can turn up at another.
    if (here !== undefined && here !== departures.originOfSignIn(pending)) {
      throw new CallbackInvalidError('origin')
    }
    const arrival = await flow.arrive(pending, response)
    if (arrival.kind === 'begin-again') {
      const { url, headers } = await departures.begin(request, arrival.content, arrival.hints)
      return redirect(303, url, [...forgetting(request, state), ...headers])
    }
    const returnTo = departures.returnTo(pending.returnTo)
    const { sessionState } = response
    const { account } = await complete(session, { ...arrival, returnTo, sessionState })
    reports.completed(account, arrival)
    return onward(request, state, returnTo)
  }

  function onward(request: RequestView, state: string, returnTo: string): Reply {
    return redirect(303, locationOf(returnTo), forgetting(request, state))
  }

  function forgetting(request: RequestView, state: string): readonly Header[] {
    return [...departures.forgetting(request, state), ...arrivals.forgetting(request, state)]
  }

  /** A failed callback answers instead of throwing: an error would not carry its cookies. */
  function refusal(
    request: RequestView,
    error: EntraError,
    pending: Transaction | undefined,
  ): Promise<Reply> {
    // What is only unavailable may be there at the next attempt, with the same response.
    const forgets = error.status !== 503 && pending !== undefined
    const returnTo =
      pending?.returnTo === undefined
        ? ''
        : `?${String(new URLSearchParams({ returnTo: pending.returnTo }))}`
    const tryAgain = {
      kind: 'link',
      label: 'Try again',
      href: choices.routes.login + returnTo,
    } as const
    const page = errorPageOf(error, tryAgain, settings.adminConsentPath?.())
    const known = error instanceof SignInRefusedError ? error.correlationId : undefined
    return pageReply(
      error.status,
      { ...page, correlationId: page.correlationId ?? known ?? pending?.correlationId },
      {
        render: choices.page,
        headers: [
          ...Object.entries(error.headers),
          ...(forgets ? forgetting(request, pending.state) : []),
        ],
      },
    )
  }

  return { login, callback }
}

export function notAllowed(allow: string): Reply {
  return { status: 405, headers: [['Allow', allow]] }
}

/** Parameters that a hint of its own stands for. */
const named = ['prompt', 'login_hint', 'domain_hint', 'ui_locales']
