import type { TokenSource } from '../acquisition/token-source.js'
import type { Account } from '../protocol/account.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import { isLocalPath, returnToOf } from '../protocol/return-to.js'
import type { InteractivePrompt, ResponseMode } from '../sign-in/authorization-request.js'
import {
  authorizationParametersOf,
  forwardedParametersOf,
  type AuthorizationParameters,
} from './authorization-parameters.js'
import type { RenderPage } from './page.js'
import { interactivePrompts } from './prompts.js'

/** Paths of the sign-in's own routes, from the root of the public origin. */
export interface SignInRoutes {
  /** GET starts a sign-in; takes `returnTo`. `/auth/login` by default. */
  readonly login: string
  /** Where Entra sends the browser back; a redirect URI of the registration. `/auth/callback`. */
  readonly callback: string
  /** POST signs out, GET shows a page with the button. `/auth/logout`. */
  readonly logout: string
  /** Entra's front-channel sign-out; the registration's "Front-channel logout URL". */
  readonly frontChannelLogout: string
}

/** A parameter of the login route that may be passed on to the sign-in page. */
export type ForwardedParameter =
  'login_hint' | 'domain_hint' | 'prompt' | 'ui_locales' | (string & Record<never, never>)

/**
 * @param user Tokens of the user who is about to be signed in, to ask Graph or another API about them.
 * @returns What to do with the user; may be a promise of it.
 */
export type AfterSignIn = (
  account: Account,
  user: TokenSource,
) => AfterSignInAnswer | Promise<AfterSignInAnswer>

/** `null`, as searches answer that found nothing, is none: it would let nobody in. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- what a function that only looks answers
type AfterSignInAnswer = (object & { readonly then?: never }) | boolean | undefined | void

export interface SignInOptions {
  /** Scopes of the APIs that are called for the user, of one API or of several. */
  readonly scopes?: string | readonly string[]
  readonly routes?: Partial<SignInRoutes>
  /**
   * Whether tokens are renewed without the user, which takes the scope `offline_access`. True by
   * default; when false, an expired token means a short redirect.
   */
  readonly silentRenewal?: boolean
  /** What the sign-in page does even when the user could come in at once. */
  readonly prompt?: InteractivePrompt
  /** `organizations`, `consumers` or a domain: where the user belongs. */
  readonly domainHint?: string
  /** Who is expected: what the sign-in page fills in as the user name. */
  readonly loginHint?: string
  /**
   * The user has to have authenticated at Entra at most this many seconds before signing in here. Needs the
   * optional claim `auth_time` in the registration's ID token.
   */
  readonly maxAge?: number
  /**
   * Whether somebody who opens a page and is signed in at Entra is signed in here without a
   * question, on pages that need nobody as well. Costs first visits a redirect; false by default.
   */
  readonly silent?: boolean
  /**
   * Where sessions are: `framework`, in the session middleware mounted before (the default), or
   * `cookie`, in a sealed cookie of this library, which holds who is signed in and nothing else.
   */
  readonly session?: 'framework' | 'cookie'
  /**
   * Parameters that every sign-in sends along, such as `{ mkt: 'de-DE' }` or what a user flow of
   * Azure AD B2C and External ID reads. Never one that the sign-in itself is made of.
   */
  readonly authorizationParameters?: AuthorizationParameters
  /** Which parameters of its own query the login route passes on; none by default. */
  readonly forwardParameters?: readonly ForwardedParameter[]
  /** How the answer comes back: `query` by default, `form_post` needs https or localhost. */
  readonly responseMode?: ResponseMode
  /** Keys of an anonymous visitor's session that stay when the visitor signs in. */
  readonly keepSession?: readonly string[]
  /** How long a sign-in lasts, in seconds: without a request (one day), and at all (seven days). */
  readonly lifetime?: { readonly idle?: number; readonly absolute?: number }
  /**
   * Called with every account before it is signed in: `false` refuses it, and an object of JSON values is
   * kept with the sign-in as `account.details`. Nothing, or `true`, lets it in; any other answer nobody.
   */
  readonly afterSignIn?: AfterSignIn
  /** Where the browser goes after sign-out; registered as a redirect URI. `/` by default. */
  readonly afterSignOut?: string
  /** Draws the pages for refusals, confirmation and sign-out in the application's own style. */
  readonly page?: RenderPage
}

/** The options of `signIn()`, complete and checked. */
export interface SignInChoices {
  readonly scopes: string | readonly string[]
  readonly routes: SignInRoutes
  readonly silentRenewal: boolean
  readonly prompt: InteractivePrompt | undefined
  readonly domainHint: string | undefined
  readonly loginHint: string | undefined
  /** Seconds. */
  readonly maxAge: number | undefined
  readonly silent: boolean
  readonly session: 'framework' | 'cookie'
  readonly authorizationParameters: AuthorizationParameters
  readonly forwardParameters: readonly string[]
  readonly responseMode: ResponseMode
  readonly keepSession: readonly string[]
  /** Milliseconds. */
  readonly idleLifetime: number
  /** Milliseconds. */
  readonly absoluteLifetime: number
  readonly afterSignIn: AfterSignIn | undefined
  readonly afterSignOut: string
  readonly page: RenderPage | undefined
}

const defaultRoutes: SignInRoutes = {
  login: '/auth/login',
  callback: '/auth/callback',
  logout: '/auth/logout',
  frontChannelLogout: '/auth/front-channel-logout',
}

const names: Record<keyof SignInOptions, true> = {
  scopes: true,
  routes: true,
  silentRenewal: true,
  prompt: true,
  domainHint: true,
  loginHint: true,
  maxAge: true,
  silent: true,
  session: true,
  authorizationParameters: true,
  forwardParameters: true,
  responseMode: true,
  keepSession: true,
  lifetime: true,
  afterSignIn: true,
  afterSignOut: true,
  page: true,
}

const day = 24 * 3600

/**
 * Completes and checks the options of `signIn()`.
 *
 * @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) naming the option that is wrong.
 */
export function signInChoicesOf(options: SignInOptions): SignInChoices {
  const unknownName = Object.keys(options).find((name) => !Object.hasOwn(names, name))
  if (unknownName !== undefined) {
    throw fault(unknownName, `is not an option. The options are ${Object.keys(names).join(', ')}.`)
  }
  const scopes = options.scopes ?? []
  const routes = routesOf(options.routes)
  return Object.freeze({
    scopes,
    routes,
    silentRenewal: silentRenewalOf(options.silentRenewal, scopes),
    prompt: oneOf('prompt', options.prompt, interactivePrompts),
    domainHint: options.domainHint,
    loginHint: options.loginHint,
    maxAge: maxAgeOf(options.maxAge),
    silent: options.silent ?? false,
    session: oneOf('session', options.session, ['framework', 'cookie']) ?? 'framework',
    authorizationParameters: authorizationParametersOf(options.authorizationParameters),
    forwardParameters: forwardedParametersOf(options.forwardParameters),
    responseMode: oneOf('responseMode', options.responseMode, ['query', 'form_post']) ?? 'query',
    keepSession: options.keepSession ?? [],
    idleLifetime: millisecondsOf('lifetime.idle', options.lifetime?.idle, day),
    absoluteLifetime: millisecondsOf('lifetime.absolute', options.lifetime?.absolute, 7 * day),
    afterSignIn: options.afterSignIn,
    afterSignOut: afterSignOutOf(options.afterSignOut ?? '/', routes),
    page: options.page,
  })
}

function routesOf(given: Partial<SignInRoutes> = {}): SignInRoutes {
  const route = (name: keyof SignInRoutes) =>
    pathOf(`routes.${name}`, given[name] ?? defaultRoutes[name])
  const routes = {
    login: route('login'),
    callback: route('callback'),
    logout: route('logout'),
    frontChannelLogout: route('frontChannelLogout'),
  }
  if (new Set(Object.values(routes)).size < Object.keys(routes).length) {
    throw fault('routes', 'names one path for two routes. Give each its own.')
  }
  return Object.freeze(routes)
}

/** Whoever is signed out already is led there by the sign-out itself, which would never end. */
function afterSignOutOf(path: string, { login: _, ...others }: SignInRoutes): string {
  const found = pathOf('afterSignOut', path)
  if (returnToOf(found, { fallback: '', never: Object.values(others) }) === found) return found
  throw fault('afterSignOut', `is ${path}, a route of the sign-in. Expected a page of your own.`)
}

/** R23: the scope is asked for when, and only when, silent renewal is wanted. */
function silentRenewalOf(wanted: boolean | undefined, scopes: string | readonly string[]): boolean {
  const asked = (typeof scopes === 'string' ? scopes.split(' ') : scopes).includes('offline_access')
  if (wanted === false && asked) {
    throw fault('silentRenewal', 'is false while scopes holds offline_access. Remove one of them.')
  }
  return wanted ?? true
}

function pathOf(option: string, path: string): string {
  if (isLocalPath(path) && /^[^?#\s]+$/.test(path)) return path
  throw fault(option, `is ${JSON.stringify(path)}. Expected a path such as /auth/login.`)
}

function oneOf<Value extends string>(
  option: string,
  value: Value | undefined,
  allowed: readonly Value[],
): Value | undefined {
  if (value === undefined || allowed.includes(value)) return value
  throw fault(option, `is ${JSON.stringify(value)}. Expected ${allowed.join(', ')}.`)
}

function millisecondsOf(option: string, seconds: number | undefined, usual: number): number {
  const value = seconds ?? usual
  if (Number.isFinite(value) && value > 0) return value * 1000
  throw fault(option, `is ${JSON.stringify(seconds)}. Expected a number of seconds above 0.`)
}

function maxAgeOf(seconds: number | undefined): number | undefined {
  if (seconds === undefined || (Number.isSafeInteger(seconds) && seconds >= 0)) return seconds
  throw fault('maxAge', `is ${JSON.stringify(seconds)}. Expected whole seconds, 0 or more.`)
}

function fault(option: string, found: string): ConfigurationError {
  return new ConfigurationError({
    message: `signIn(): ${option} ${found}`,
    option: `signIn.${option}`,
  })
}
