import type { SignInEvent } from '../protocol/events.js'
import { returnToOf } from '../protocol/return-to.js'
import type { SignInHints } from '../sign-in/authorization-request.js'
import { planPending } from '../sign-in/pending-transactions.js'
import type { Departure, SignInFlow } from '../sign-in/sign-in-flow.js'
import {
  transactionLifetime,
  type TransactionCodec,
  type TransactionContent,
} from '../sign-in/transaction.js'
import { cookiesOf, mostCookieBytes, setCookie, type CookieAttributes } from './cookies.js'
import { senderOf } from './navigation.js'
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
  /** The page that a request was sent from, where the browser tells it; otherwise the start page. */
  pageBefore(request: RequestView): string
  /** The public origin that the request was sent to: one of the configured ones, always. */
  originOf(request: RequestView): string
  /** The configured origin that the request names; undefined when it names another host. */
  namedOriginOf(request: RequestView): string | undefined
  /** The origin that a sign-in started at, and comes back to. */
  originOfSignIn(content: TransactionContent): string
}

export interface DepartureSettings {
  readonly flow: SignInFlow
  readonly transactions: TransactionCodec
  readonly origins: readonly [string, ...string[]]
  readonly choices: SignInChoices
  readonly tell: (event: SignInEvent) => void
}

export function createDepartures(settings: DepartureSettings): Departures {
  const { flow, transactions, origins, choices, tell } = settings
  const rules = { fallback: '/', never: Object.values(choices.routes) }

  function namedOriginOf(request: RequestView): string | undefined {
    const host = request.header('host')?.toLowerCase()
    return origins.find((origin) => new URL(origin).host === host)
  }

  function originOf(request: RequestView): string {
    return namedOriginOf(request) ?? origins[0]
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

  /** A cookie that the browser drops would end the sign-in; the start page is better than none. */
  async function begun(content: TransactionContent, hints: SignInHints): Promise<Departure> {
    const departure = await flow.begin(content, hints)
    const { name, value } = departure.cookie
    if (name.length + value.length <= mostCookieBytes) return departure
    const { returnTo: _, ...others } = content
    return flow.begin(others, hints)
  }

  return {
    originOf,
    namedOriginOf,
    originOfSignIn: ({ origin }) => origin ?? origins[0],
    returnTo,

    async begin(request, content, hints) {
      const origin = originOf(request)
      const returnPath = content.returnTo === '/' ? undefined : content.returnTo
      const { url, cookie, correlationId } = await begun(
        withoutUndefined({
          ...content,
          returnTo: returnPath,
          origin: origin === origins[0] ? undefined : origin,
          maxAge: content.maxAge ?? choices.maxAge,
        }),
        {
          prompt: choices.prompt,
          domainHint: choices.domainHint,
          loginHint: choices.loginHint,
          ...withoutUndefined(hints),
          others: { ...choices.authorizationParameters, ...hints.others },
        },
      )
      const { drop } = planPending(transactions, cookiesOf(request.header('cookie')), cookie)
      const keep = attributesFor(origin, transactionLifetime / 1000)
      tell({ type: 'sign-in-started', correlationId, silent: content.silent === true })
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
      // A form that goes to its own address has no page there to come back to.
      const isItself = senderOf(request) === 'form' && pathname === pathOf(request)
      if (!origins.includes(origin) || isItself) return '/'
      return returnTo(pathname + search)
    },
  }
}

/** Left-out fields keep the transaction's cookie small, and leave hints to the defaults. */
function withoutUndefined<Fields extends object>(fields: {
  [Key in keyof Fields]: Fields[Key] | undefined
}): Fields {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as Fields // what is left has the values it came with
}
