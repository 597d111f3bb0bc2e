import { encodeBase64Url } from '../platform/base64url.js'
import type { Clock } from '../platform/clock.js'
import { createSealer } from '../platform/seal.js'
import { adminConsentUrl } from '../protocol/admin-consent.js'
import { applicationMark } from '../protocol/application-mark.js'
import { authorityUrl, type Authority } from '../protocol/authority.js'
import { EntraError } from '../protocol/entra-error.js'
import { locationOf, returnToOf } from '../protocol/return-to.js'
import type { ScopePlan } from '../protocol/scope-plan.js'
import { CallbackInvalidError } from '../protocol/sign-in-errors.js'
import { authorizationResponseOf, type ProviderError } from '../sign-in/authorization-response.js'
import { refusalOf } from '../sign-in/provider-refusal.js'
import { adminConsentChoicesOf, type AdminConsentOptions } from './admin-consent-options.js'
import { cookiesOf, hostCookieName, setCookie } from './cookies.js'
import { errorPageOf } from './error-page.js'
import { pageReply } from './page.js'
import { redirect, type Header, type Reply } from './reply.js'
import { pathOf, queryOf, type RequestView } from './request-view.js'
import { notAllowed } from './sign-in-routes.js'
import { pluginStep, type PluginStep } from './step.js'

export interface AdminConsentSettings {
  readonly authority: Authority
  readonly clientId: string
  /** Public origins; the first is the default. */
  readonly baseUrls: readonly [string, ...string[]]
  /** The ring, the newest first. */
  readonly secrets: readonly string[]
  readonly clock: Clock
  readonly plan: (scopes: string | readonly string[]) => ScopePlan
}

/** Milliseconds that an administrator may take. */
const lifetime = 30 * 60_000

interface Pending {
  readonly state: string
  readonly returnTo: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

export interface AdminConsent {
  /** Where an administrator begins. */
  readonly start: string
  readonly step: PluginStep
}

/**
 * Two routes with which an administrator consents for the whole organization: one leads to the
 * platform's page, the other takes its answer. The answer signs nobody in, and the tenant it names
 * decides nothing; whether permissions were granted shows in the tokens that follow.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
export function createAdminConsent(
  settings: AdminConsentSettings,
  options: AdminConsentOptions,
): AdminConsent {
  const { authority, clientId, baseUrls: origins, clock } = settings
  const { routes, scopes: wanted, page: render } = adminConsentChoicesOf(options, authority)
  const { oidc, resources } = settings.plan(wanted)
  const scopes = [...oidc, ...resources.flatMap((resource) => resource.scopes)]
  const secure = origins[0].startsWith('https:') // as all of them are
  const cookieName = hostCookieName(`entrada-admin-consent.${applicationMark(clientId)}`, secure)
  const boundTo = [authorityUrl(authority), clientId, cookieName]
  const sealer = createSealer(settings.secrets)
  const forgotten = cookie('', 0)
  const rules = { fallback: '', never: Object.values(routes) }

  function cookie(value: string, seconds: number): Header {
    return setCookie(cookieName, value, { secure, sameSite: 'Lax', maxAge: seconds })
  }

  async function start(request: RequestView): Promise<Reply> {
    const [returnTo, ...more] = queryOf(request).getAll('returnTo')
    const pending: Pending = {
      state: encodeBase64Url(crypto.getRandomValues(new Uint8Array(32))),
      returnTo: more.length > 0 ? '' : returnToOf(returnTo, rules),
      at: clock(),
    }
    const sealed = await sealer.seal('admin-consent', JSON.stringify(pending), boundTo)
    const url = adminConsentUrl({
      authority,
      clientId,
      scopes,
      state: pending.state,
      redirectUri: originOf(request) + routes.callback,
    })
    return redirect(302, url, [cookie(sealed, lifetime / 1000)])
  }

  /** The redirect URI is one of the configured origins, whatever the request says. */
  function originOf(request: RequestView): string {
    const host = request.header('host')?.toLowerCase()
    return origins.find((origin) => new URL(origin).host === host) ?? origins[0]
  }

  async function callback(request: RequestView): Promise<Reply> {
    // An answer to something else leaves what this browser has begun alone.
    let headers: readonly Header[] = []
    try {
      const query = queryOf(request)
      const { state, error } = authorizationResponseOf(query)
      const pending = await pendingOf(request)
      if (pending === undefined || state !== pending.state) {
        throw new CallbackInvalidError('transaction')
      }
      headers = [forgotten]
      requireConsent(query, error)
      const { returnTo } = pending
      if (returnTo !== '') return redirect(303, locationOf(returnTo), headers)
      return await pageReply(200, grantedPage, { render, headers })
    } catch (error) {
      if (!(error instanceof EntraError)) throw error
      const page = errorPageOf(error, { kind: 'link', label: 'Try again', href: routes.start })
      return pageReply(error.status, page, { render, headers })
    }
  }

  async function pendingOf(request: RequestView): Promise<Pending | undefined> {
    const held = cookiesOf(request.header('cookie')).filter(([name]) => name === cookieName)
    for (const [, value] of held) {
      const opened = await sealer.open('admin-consent', value, boundTo)
      if (opened === undefined) continue
      const pending = JSON.parse(opened.text) as Pending // what our seal covers, start() has written
      if (clock() - pending.at <= lifetime) return pending
    }
    return undefined
  }

  const routed = new Map([
    [routes.start, start],
    [routes.callback, callback],
  ])
  return {
    start: routes.start,
    step: pluginStep([...routed.keys()], async function adminConsent(request) {
      const route = routed.get(pathOf(request))
      if (route === undefined) return undefined
      return request.method === 'GET' ? route(request) : notAllowed('GET')
    }),
  }
}

/** A refusal says `admin_consent=True` as well. */
function requireConsent(query: URLSearchParams, error: ProviderError | undefined): void {
  if (error !== undefined) throw refusalFor(error)
  if (query.get('admin_consent')?.toLowerCase() === 'true') return
  throw new CallbackInvalidError('parameter', 'admin_consent')
}

/** The two generations of the page say a refusal in different words. */
function refusalFor(answer: ProviderError): EntraError {
  const isDeclined = ['permission_denied', 'access_denied'].includes(answer.error)
  return refusalOf(isDeclined ? { ...answer, error: 'consent_required' } : answer)
}

const grantedPage = {
  title: 'Permissions granted',
  text: [
    'This application now has the permissions that you granted for your organization.',
    'It may take a few minutes until they hold everywhere. You can close this page.',
  ],
}
