import type { DownstreamApi, DownstreamApis } from '../acquisition/downstream-api.js'
import type { Host } from '../host/host.js'
import { closestName } from '../protocol/closest-name.js'
import { ConfigurationError } from '../protocol/configuration-error.js'
import { isSecureUrl } from '../protocol/loopback.js'
import { planScopes } from '../protocol/scope-plan.js'
import { ScopesInvalidError } from '../protocol/scopes-invalid-error.js'

/** An API that this app calls by name. */
export interface ApiOptions {
  /**
   * Where the API is, such as `https://api.contoso.com/tasks`: its tokens go to this origin and to no
   * other. Plain http only for loopback.
   */
  readonly baseUrl?: string | undefined
  /**
   * What its tokens are for: `api://{client id}/.default`, which every source of tokens can ask for,
   * or named scopes for signed-in users.
   */
  readonly scopes?: string | readonly string[] | undefined
  /** Milliseconds that one call may take with everything that belongs to it; 30,000 by default. */
  readonly timeout?: number | undefined
  /** How often GET, HEAD, OPTIONS, PUT and DELETE are sent again at the most, 0 to 5; 2 by default. */
  readonly retry?: number | undefined
}

export interface ApiOptionsContext {
  readonly host: Pick<Host, 'environment'>
  readonly clientId: string
  readonly graphResource: string
}

const usualTimeout = 30_000
const longestTimeout = 600_000
const usualRetry = 2
const mostRetries = 5
const members = ['baseUrl', 'scopes', 'timeout', 'retry'] as const

/**
 * The APIs that are called by name, completed from the environment.
 *
 * @throws ConfigurationError naming the option and the environment variable that is wrong.
 */
export function apisOf(value: unknown, context: ApiOptionsContext): DownstreamApis {
  if (value === undefined) return new Map()
  if (!isObject(value)) {
    throw fault('apis', `apis is ${described(value)}. Expected { tasks: { baseUrl, scopes } }.`)
  }
  return new Map(
    Object.entries(value).map(([name, options]) => [name, apiOf(name, options, context)]),
  )
}

function apiOf(name: string, given: unknown, context: ApiOptionsContext): DownstreamApi {
  requireName(name)
  const option = `apis.${name}`
  if (!isObject(given)) {
    throw fault(option, `${option} is ${described(given)}. Expected { baseUrl, scopes }.`)
  }
  const options = given // an object, read member by member
  refuseUnknownMembers(option, options)
  const { environment } = context.host
  const variables = variablesOf(name)
  const url = baseUrlOf(options['baseUrl'] ?? textIn(environment, variables.baseUrl), {
    option: `${option}.baseUrl`,
    variable: variables.baseUrl,
  })
  const plan = planOf(options['scopes'] ?? textIn(environment, variables.scopes), {
    ...context,
    option: `${option}.scopes`,
    variable: variables.scopes,
  })
  return Object.freeze({
    name,
    baseUrl: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
    origin: url.origin,
    scopes: plan.scopes,
    resource: plan.resource,
    timeout: numberOf(options['timeout'] ?? usualTimeout, `${option}.timeout`, {
      unit: 'milliseconds',
      least: 1,
      most: longestTimeout,
    }),
    retry: numberOf(options['retry'] ?? usualRetry, `${option}.retry`, {
      unit: 'further attempts',
      least: 0,
      most: mostRetries,
    }),
  })
}

/** `userTasks` is `ENTRADA_API_USER_TASKS_…`; no two names have the same variables. */
function variablesOf(name: string) {
  const words = name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
  return { baseUrl: `ENTRADA_API_${words}_BASE_URL`, scopes: `ENTRADA_API_${words}_SCOPES` }
}

interface Place {
  readonly option: string
  readonly variable: string
}

function baseUrlOf(value: unknown, { option, variable }: Place): URL {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  if (url !== undefined && isSecureUrl(url) && isPlain(String(value), url)) return url
  throw fault(
    option,
    `${option} is ${described(value)}. Expected the API's address such as https://api.contoso.com/tasks: ` +
      'https (http only for loopback), without user name, query and fragment.',
    variable,
  )
}

function isPlain(text: string, { username, password }: URL): boolean {
  return username === '' && password === '' && !/[?#]/.test(text)
}

function planOf(value: unknown, { option, variable, ...context }: Place & ApiOptionsContext) {
  const example = `Expected scopes of the API in full, such as api://{client id of the API}/.default`
  if (!isScopes(value)) {
    throw fault(option, `${option} is ${described(value)}. ${example}.`, variable)
  }
  const plan = legalPlan(value, { option, variable, ...context })
  if (plan.resource !== context.graphResource) return plan
  throw fault(
    option,
    `${option} is ${described(value)}, which is Microsoft Graph's. ${example}; for Graph there is graph.`,
    variable,
  )
}

function legalPlan(
  scopes: string | readonly string[],
  { option, variable, clientId, graphResource }: Place & ApiOptionsContext,
) {
  try {
    return planScopes(scopes, { clientId, graphResource, purpose: 'user' })
  } catch (error) {
    if (!(error instanceof ScopesInvalidError)) throw error
    throw fault(option, `${option}: ${error.message}`, variable)
  }
}

function isScopes(value: unknown): value is string | readonly string[] {
  if (typeof value === 'string') return value.trim() !== ''
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string')
}

function numberOf(
  value: unknown,
  option: string,
  { unit, least, most }: { readonly unit: string; readonly least: number; readonly most: number },
): number {
  if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most)
    return Number(value)
  throw fault(
    option,
    `${option} is ${described(value)}. Expected a whole number of ${unit} from ${least} to ${most}.`,
  )
}

function requireName(name: string): void {
  if (/^[a-z][a-zA-Z0-9]*$/.test(name)) return
  throw fault(
    'apis',
    `apis holds the name ${JSON.stringify(name)}. Expected letters and digits in camel case, such ` +
      'as userTasks; the names of environment variables are made of it.',
  )
}

function refuseUnknownMembers(option: string, given: Readonly<Record<string, unknown>>): void {
  const unknown = Object.keys(given).find((key) => !members.some((member) => member === key))
  if (unknown === undefined) return
  const meant = unknown === 'url' ? 'baseUrl' : closestName(unknown, members)
  throw fault(
    `${option}.${unknown}`,
    `${option} holds ${unknown}, which is not known.` +
      (meant === undefined ? ` Known are ${members.join(', ')}.` : ` Did you mean ${meant}?`),
  )
}

function textIn(environment: Host['environment'], variable: string): string | undefined {
  const text = environment[variable]?.trim()
  return text === '' ? undefined : text
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function described(value: unknown): string {
  if (value === undefined) return 'missing'
  return typeof value === 'function' ? 'a function' : JSON.stringify(value)
}

function fault(option: string, message: string, environmentVariable?: string): ConfigurationError {
  return new ConfigurationError({
    message,
    option,
    ...(environmentVariable === undefined ? {} : { environmentVariable }),
  })
}
