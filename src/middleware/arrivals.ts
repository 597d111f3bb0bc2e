import type { Sealer } from '../platform/seal.js'
import {
  authorizationResponseOf,
  type AuthorizationResponse,
} from '../sign-in/authorization-response.js'
import { CallbackInvalidError } from '../protocol/sign-in-errors.js'
import { cookiesOf, mostCookieBytes, setCookie } from './cookies.js'
import { pageReply } from './page.js'
import { redirect, type Header, type Reply } from './reply.js'
import { queryOf, type RequestView } from './request-view.js'

/** What a request to the callback brings, or the answer that makes the browser bring it again. */
export type Received = { readonly response: AuthorizationResponse } | { readonly reply: Reply }

/**
 * Receives what Entra sends to the callback. A request that Entra's page has sent comes without the
 * session's cookie when that one is Lax and the request a form post, or when it is Strict. Completing
 * the sign-in there would lose what the session holds, so the browser is first made to ask again by
 * itself: then the cookie comes along.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6265bis (sections 5.2 and 8.8)
 */
export interface Arrivals {
  /** @throws CallbackInvalidError (ERR_ENTRA_CALLBACK_INVALID) for what is no response. */
  receive(request: RequestView): Promise<Received>
  /** Headers that make the browser forget what it was to bring again. */
  forgetting(request: RequestView, state: string): readonly Header[]
}

export interface ArrivalSettings {
  readonly sealer: Sealer
  readonly clientId: string
  /** Puts `__Host-` in front on https. */
  readonly cookieName: (kind: string) => string
  readonly secure: boolean
  readonly callbackPath: string
  /** Whether this browser has a sign-in under way that a response with this state belongs to. */
  readonly isPending: (request: RequestView, state: string) => Promise<boolean>
}

/** Seconds: the time of one redirect, and of a slow network. */
const lifetime = 60
const stateCharacters = 12

export function createArrivals(settings: ArrivalSettings): Arrivals {
  const { sealer, clientId, secure, callbackPath, isPending } = settings
  const nameFor = (state: string) =>
    settings.cookieName(`arrival-${state.slice(0, stateCharacters)}`)

  async function receive(request: RequestView): Promise<Received> {
    if (request.method === 'GET') return isHeldBack(request) ? again(request) : query(request)
    if (request.method !== 'POST') throw new CallbackInvalidError('method')
    const response = authorizationResponseOf(await request.form())
    const { state } = response
    const isOurState = state !== undefined && /^[\w-]{43}$/.test(state)
    return isOurState && isFromElsewhere(request)
      ? handOver(request, state, response)
      : { response }
  }

  /** In a cookie rather than in the address: the response mode was chosen to keep the code out of it. */
  async function handOver(
    request: RequestView,
    state: string,
    response: AuthorizationResponse,
  ): Promise<Received> {
    const address = `${callbackPath}?${String(new URLSearchParams({ state }))}`
    // Without a sign-in under way it can only be one that was completed, and the session knows it.
    if (!(await isPending(request, state))) return { reply: redirect(303, address) }
    const name = nameFor(state)
    const value = await sealer.seal('arrival', JSON.stringify(response), [clientId, name])
    if (name.length + value.length > mostCookieBytes) return { response }
    const held = setCookie(name, value, { secure, sameSite: 'Lax', maxAge: lifetime })
    return { reply: redirect(303, address, [held]) }
  }

  /** What the address says, completed by what was handed over under its state. */
  async function query(request: RequestView): Promise<Received> {
    const response = authorizationResponseOf(queryOf(request))
    const { state, code, error } = response
    if (state === undefined || code !== undefined || error !== undefined) return { response }
    return { response: (await handedOver(request, state)) ?? response }
  }

  async function handedOver(
    request: RequestView,
    state: string,
  ): Promise<AuthorizationResponse | undefined> {
    const name = nameFor(state)
    for (const [, value] of heldUnder(request, name)) {
      const opened = await sealer.open('arrival', value, [clientId, name])
      const response = opened && (JSON.parse(opened.text) as AuthorizationResponse) // sealed above
      if (response?.state === state) return response
    }
    return undefined
  }

  return {
    receive,
    forgetting(request, state) {
      const name = nameFor(state)
      if (heldUnder(request, name).length === 0) return []
      return [setCookie(name, '', { secure, sameSite: 'Lax', maxAge: 0 })]
    },
  }
}

function heldUnder(request: RequestView, name: string) {
  return cookiesOf(request.header('cookie')).filter(([one]) => one === name)
}

/** Where it comes from, by Fetch Metadata; a browser that does not tell may come from anywhere. */
function isFromElsewhere(request: RequestView): boolean {
  return !/^same-(?:origin|site)$/.test(request.header('sec-fetch-site') ?? '')
}

function isHeldBack(request: RequestView): boolean {
  return request.session?.isStrict === true && request.header('sec-fetch-site') === 'cross-site'
}

/** A page that leads to itself: what a page of ours asks for is no other site's request. */
async function again(request: RequestView): Promise<Received> {
  const reply = await pageReply(
    200,
    {
      title: 'Signing in',
      text: ['One moment, please.'],
      action: { kind: 'link', label: 'Continue', href: request.url },
    },
    { headers: [['Refresh', `0; url=${request.url}`]] },
  )
  return { reply }
}
