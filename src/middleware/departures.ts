import { returnToOf } from '../protocol/return-to.js'
import type { SignInHints } from '../sign-in/authorization-request.js'
import { planPending } from '../sign-in/pending-transactions.js'
import type { SignInFlow } from '../sign-in/sign-in-flow.js'
import {
  transactionLifetime,
  type TransactionCodec,
  type TransactionContent,
} from '../sign-in/transaction.js'
import { cookiesOf, setCookie, type CookieAttributes } from './cookies.js'
import { pathOf, type RequestView } from './request-view.js'
import type { Header } from './reply.js'
import type { SignInChoices } from './sign-in-options.js'

/** Where to send the browser, and the cookies that go with it. */
export interface Departed {
  readonly url: string
  readonly headers: readonly Header[]
}

/** Sends browsers off to sign in, and knows what they carry while they are away. */
export interface Departures {
  begin(request: RequestView, content: TransactionContent, hints: SignInHints): Promise<Departed>
  /** Headers that make the browser forget a pending sign-in. */
  forgetting(request: RequestView, state: string): readonly Header[]
  /** A safe address to return to: the one given, or the start page. */
  returnTo(value: unknown): string
  /** The page that a form was sent from, where the browser tells it; otherwise the start page. */
  pageBefore(request: RequestView): string
  /** The public origin that the request was sent to: one of the configured ones, always. */
  originOf(request: RequestView): string
}

export interface DepartureSettings {
  readonly flow: SignInFlow
  readonly transactions: TransactionCodec
  readonly origins: readonly [string, ...string[]]
  readonly choices: SignInChoices
}

export function createDepartures(settings: DepartureSettings): Departures {
  const { flow, transactions, origins, choices } = settings
  const rules = { fallback: '/', never: Object.values(choices.routes) }

  function originOf(request: RequestView): string {
    const host = request.header('host')?.toLowerCase()
    return origins.find((origin) => new URL(origin).host === host) ?? origins[0]
  }

  function attributesFor(origin: string, seconds: number): CookieAttributes {
    // A form posted from another site brings no Lax cookie; None is taken over https only.
    return choices.responseMode === 'form_post'
      ? { sameSite: 'None', secure: true, maxAge: seconds }
      : { sameSite: 'Lax', secure: origin.startsWith('https:'), maxAge: seconds }
  }

  function returnTo(value: unknown): string {
    return returnToOf(value, rules)
  }

  return {
    originOf,
    returnTo,

    async begin(request, content, hints) {
      const origin = originOf(request)
      const returnPath = content.returnTo === '/' ? undefined : content.returnTo
      const { url, cookie } = await flow.begin(
        withoutUndefined({
          ...content,
          returnTo: returnPath,
          origin: origin === origins[0] ? undefined : origin,
        }),
        { prompt: choices.prompt, domainHint: choices.domainHint, ...hints },
      )
      const { drop } = planPending(transactions, cookiesOf(request.header('cookie')), cookie)
      const keep = attributesFor(origin, transactionLifetime / 1000)
      return {
        url,
        headers: [
          ...drop.map((name) => setCookie(name, '', attributesFor(origin, 0))),
          setCookie(cookie.name, cookie.value, keep),
        ],
      }
    },

    forgetting(request, state) {
      const names = cookiesOf(request.header('cookie')).map(([name]) => name)
      const pending = new Set(names.filter((name) => transactions.isNameFor(name, state)))
      return [...pending].map((name) => setCookie(name, '', attributesFor(originOf(request), 0)))
    },

    pageBefore(request) {
      const referer = request.header('referer')
      if (referer === undefined || !URL.canParse(referer)) return '/'
      const { origin, pathname, search } = new URL(referer)
      if (!origins.includes(origin) || pathname === pathOf(request)) return '/'
      return returnTo(pathname + search)
    },
  }
}

/** Left-out fields keep the transaction's cookie small. */
function withoutUndefined(content: {
  [Key in keyof TransactionContent]: TransactionContent[Key] | undefined
}): TransactionContent {
  return Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined))
}
