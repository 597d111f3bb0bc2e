import type { Clock } from '../platform/clock.js'
import type { Sealer } from '../platform/seal.js'
import { endpointOf, type Authority } from '../protocol/authority.js'
import { EntraError } from '../protocol/entra-error.js'
import type { SignInEvent } from '../protocol/events.js'
import { locationOf } from '../protocol/return-to.js'
import { ForgedRequestError } from '../protocol/sign-in-errors.js'
import type { SignedIn } from '../sign-in/sign-in-records.js'
import type { SignedInSessions } from '../sign-in/signed-in.js'
import type { Tombstones } from '../sign-in/tombstones.js'
import type { SessionPort } from '../stores/session-port.js'
import type { SessionTokens } from '../stores/session-tokens.js'
import { unlessStoreIsAway } from '../stores/unless-store-is-away.js'
import type { Departures } from './departures.js'
import { errorBodyOf, errorPageOf } from './error-page.js'
import { senderOf } from './navigation.js'
import { pageReply } from './page.js'
import { empty, json, redirect, type Header, type Reply } from './reply.js'
import { queryOf, type RequestView } from './request-view.js'
import { provenanceOf } from './same-origin.js'
import type { SessionOf } from './session-of.js'
import { notAllowed, type Route } from './sign-in-routes.js'
import type { SignInChoices } from './sign-in-options.js'

export interface SignOutSettings {
  readonly authority: Authority
  readonly clientId: string
  readonly clock: Clock
  readonly sealer: Sealer
  readonly origins: readonly [string, ...string[]]
  readonly departures: Departures
  readonly sessions: SignedInSessions
  readonly tokens: SessionTokens
  readonly tombstones: Tombstones
  readonly sessionOf: SessionOf
  readonly choices: SignInChoices
  readonly tell: (event: SignInEvent) => void
  /** What goes along with a completed sign-out. */
  readonly afterwards: readonly Header[]
}

// Long enough for a page that was left open over a weekend.
const buttonLifetime = 4 * 24 * 3600 * 1000

/** The routes that end a sign-in: by the user's wish, and by Entra's. */
export function createSignOutRoutes(settings: SignOutSettings): {
  logout: Route
  frontChannelLogout: Route
} {
  const { authority, clientId, clock, sealer, origins, departures, sessions, tokens } = settings
  const { choices, sessionOf, tombstones, tell, afterwards } = settings

  async function logout(request: RequestView): Promise<Reply> {
    if (request.method !== 'GET' && request.method !== 'POST') return notAllowed('GET, POST')
    const session = sessionOf(request)
    const signedIn = await sessions.held(session)
    if (signedIn === undefined) return withoutSignIn(request)
    if (request.method === 'GET') return buttonPage(200, session, signedIn)
    if (!(await isWanted(request, signedIn))) return refused(request, session, signedIn)
    try {
      await end(session, signedIn)
    } catch (error) {
      if (!(error instanceof EntraError)) throw error
      return unavailable(request, error)
    }
    const { tenantId, objectId } = signedIn.account
    tell({ type: 'signed-out', by: 'user', tenantId, objectId })
    return farewell(request, signedIn.account.loginHint)
  }

  /** A button pressed twice: its first answer, on the way to Entra, is not seen any more. */
  function withoutSignIn(request: RequestView): Reply {
    const isPressed = request.method === 'POST' && provenanceOf(request, origins) === 'ours'
    if (isPressed) return farewell(request, undefined)
    return leading(request, locationOf(choices.afterSignOut), [])
  }

  /** Here first, whatever becomes of the rest. Until all of it is done the session can be ended again. */
  async function end(session: SessionPort, signedIn: SignedIn): Promise<void> {
    await tombstones.bury(signedIn.id)
    await tokens.remove(session)
    await session.destroy()
  }

  /** Then at Entra, which otherwise would sign the user in again without a question. */
  function farewell(request: RequestView, loginHint: string | undefined): Reply {
    const back = departures.originOf(request) + choices.afterSignOut
    const query = new URLSearchParams({ post_logout_redirect_uri: back })
    if (loginHint !== undefined) query.set('logout_hint', loginHint)
    return leading(request, `${endpointOf(authority, 'logout')}?${query.toString()}`, afterwards)
  }

  function leading(request: RequestView, url: string, headers: readonly Header[]): Reply {
    return senderOf(request) === 'program'
      ? json(200, { signOutUrl: url }, headers)
      : redirect(303, url, headers)
  }

  async function isWanted(request: RequestView, signedIn: SignedIn): Promise<boolean> {
    if (provenanceOf(request, origins) === 'ours') return true
    const token = await tokenOf(request)
    if (token === undefined) return false
    const opened = await sealer.open('sign-out', token, [clientId, signedIn.id])
    return opened !== undefined && clock() - Number(opened.text) < buttonLifetime
  }

  async function refused(
    request: RequestView,
    session: SessionPort,
    signedIn: SignedIn,
  ): Promise<Reply> {
    const error = new ForgedRequestError()
    if (senderOf(request) === 'program') return json(error.status, errorBodyOf(error))
    return buttonPage(error.status, session, signedIn)
  }

  function unavailable(request: RequestView, error: EntraError): Promise<Reply> | Reply {
    const headers = Object.entries(error.headers)
    if (senderOf(request) === 'program') return json(error.status, errorBodyOf(error), headers)
    const again = { kind: 'link', label: 'Try again', href: choices.routes.logout } as const
    return pageReply(error.status, errorPageOf(error, again), { render: choices.page, headers })
  }

  async function buttonPage(
    status: number,
    session: SessionPort,
    signedIn: SignedIn,
  ): Promise<Reply> {
    const token = await sealer.seal('sign-out', String(clock()), [clientId, signedIn.id])
    return pageReply(
      status,
      {
        title: 'Sign out?',
        text: [await textFor(session)],
        action: { kind: 'form', label: 'Sign out', to: choices.routes.logout, fields: { token } },
      },
      { render: choices.page, formTargets: [authority.origin] },
    )
  }

  /** A sign-in that is over may be another person's, so nothing is said of it. */
  async function textFor(session: SessionPort): Promise<string> {
    const current = await currentIn(session)
    if (current === undefined) return 'This signs you out here and at Microsoft.'
    const { name, username } = current.account
    return `You are signed in as ${name ?? username ?? 'a user without a name'}.`
  }

  async function currentIn(session: SessionPort): Promise<SignedIn | undefined> {
    try {
      return await sessions.read(session)
    } catch (error) {
      unlessStoreIsAway(error)
      return undefined
    }
  }

  /** Entra says that its session has ended; it sends `sid` and nothing else to go by. */
  async function frontChannelLogout(request: RequestView): Promise<Reply> {
    if (request.method !== 'GET') return notAllowed('GET')
    const query = queryOf(request)
    const [sid, ...more] = query.getAll('sid')
    const issuer = query.get('iss')
    const isOurs = issuer === null || issuer.startsWith(`${authority.origin}/`)
    if (isOurs && more.length === 0 && sid !== undefined && /^[\w.-]{8,128}$/.test(sid)) {
      await tombstones.buryHearsay(sid)
      tell({ type: 'signed-out', by: 'platform' })
    }
    // Entra shows this answer in a frame: what forbids frames would make browsers complain. It is empty.
    return { ...empty(200), without: ['X-Frame-Options', 'Content-Security-Policy'] }
  }

  return { logout, frontChannelLogout }
}

async function tokenOf(request: RequestView): Promise<string | undefined> {
  try {
    return (await request.form()).get('token') ?? undefined
  } catch (error) {
    if (error instanceof EntraError) return undefined
    throw error
  }
}
