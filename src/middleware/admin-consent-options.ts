import type { Authority } from '../protocol/authority.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import { isLocalPath } from '../protocol/return-to.js'
import { defaultScopeOf } from '../protocol/scopes.js'
import type { RenderPage } from './page.js'

/** Paths of the admin consent's own routes, from the root of the public origin. */
export interface AdminConsentRoutes {
  /** GET leads an administrator to the consent page; takes `returnTo`. `/auth/admin-consent`. */
  readonly start: string
  /** Where Entra sends the browser back; a redirect URI of the registration. `/auth/admin-consent/callback`. */
  readonly callback: string
}

export interface AdminConsentOptions {
  /**
   * What to ask for. By default `.default` of Microsoft Graph: every permission that the
   * registration lists, of all APIs, delegated and application permissions alike.
   */
  readonly scopes?: string | readonly string[]
  readonly routes?: Partial<AdminConsentRoutes>
  /** Draws the pages for the result in the application's own style. */
  readonly page?: RenderPage
}

/** The options of `adminConsent()`, complete and checked. */
export interface AdminConsentChoices {
  readonly scopes: string | readonly string[]
  readonly routes: AdminConsentRoutes
  readonly page: RenderPage | undefined
}

const names = ['scopes', 'routes', 'page']

/** @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) naming the option that is wrong. */
export function adminConsentChoicesOf(
  options: AdminConsentOptions,
  { cloud }: Authority,
): AdminConsentChoices {
  const unknownName = Object.keys(options).find((name) => !names.includes(name))
  if (unknownName !== undefined) {
    throw fault(unknownName, `is not an option. The options are ${names.join(', ')}.`)
  }
  const { start = '/auth/admin-consent', callback = '/auth/admin-consent/callback' } =
    options.routes ?? {}
  if (start === callback) throw fault('routes', 'names one path for two routes.')
  return {
    scopes: options.scopes ?? defaultScopeOf(cloud.graphResource),
    routes: {
      start: pathOf('routes.start', start),
      callback: pathOf('routes.callback', callback),
    },
    page: options.page,
  }
}

function pathOf(option: string, path: string): string {
  if (isLocalPath(path) && /^[^?#\s]+$/.test(path)) return path
  throw fault(option, `is ${JSON.stringify(path)}. Expected a path such as /auth/admin-consent.`)
}

function fault(option: string, found: string): ConfigurationError {
  return new ConfigurationError({
    message: `adminConsent(): ${option} ${found}`,
    option: `adminConsent.${option}`,
  })
}
