import { ConfigurationError } from '../protocol/configuration-error.js'

/** Parameters of the sign-in page beyond those of this library: a name and its value. */
export type AuthorizationParameters = Readonly<Record<string, string>>

/** What a sign-in is made of: nobody but this library may say it. */
const ours = [
  'client_id',
  'client_info',
  'client_secret',
  'client-request-id',
  'claims',
  'code_challenge',
  'code_challenge_method',
  'max_age',
  'nonce',
  'redirect_uri',
  'registration',
  'request',
  'request_uri',
  'resource',
  'response_mode',
  'response_type',
  'scope',
  'state',
]

/** Parameters that an option of `signIn()` sets. */
const optionFor: Readonly<Record<string, string>> = {
  domain_hint: 'domainHint',
  login_hint: 'loginHint',
  max_age: 'maxAge',
  prompt: 'prompt',
  response_mode: 'responseMode',
  scope: 'scopes',
}

/** @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) for a name or a value that cannot be sent. */
export function authorizationParametersOf(given: unknown = {}): AuthorizationParameters {
  const option = 'authorizationParameters'
  if (typeof given !== 'object' || given === null) {
    throw fault(option, `is ${JSON.stringify(given)}. Expected names with their values.`)
  }
  for (const [name, value] of Object.entries(given)) {
    requireFree(option, name)
    if (name in optionFor) throw fault(option, `holds ${name}. Use signIn({ ${optionFor[name]} }).`)
    if (typeof value !== 'string' || !/^[^\p{Cc}]{1,2000}$/u.test(value)) {
      throw fault(option, `has ${JSON.stringify(value)} for ${name}. Expected a short text.`)
    }
  }
  return Object.freeze({ ...(given as AuthorizationParameters) }) // texts, as checked above
}

/** @throws ConfigurationError (ERR_ENTRA_CONFIGURATION) for a name that a request must not set. */
export function forwardedParametersOf(given: readonly unknown[] = []): readonly string[] {
  for (const name of given) requireFree('forwardParameters', name)
  return Object.freeze(given.map(String))
}

function requireFree(option: string, name: unknown): asserts name is string {
  if (typeof name !== 'string' || !/^[\w.:-]{1,64}$/.test(name)) {
    throw fault(option, `holds ${JSON.stringify(name)}. Expected names of parameters, such as mkt.`)
  }
  if (!ours.includes(name.toLowerCase())) return
  const instead = optionFor[name] === undefined ? '' : ` Use signIn({ ${optionFor[name]} }).`
  throw fault(option, `holds ${name}, which every sign-in sets itself.${instead}`)
}

function fault(option: string, found: string): ConfigurationError {
  return new ConfigurationError({
    message: `signIn(): ${option} ${found}`,
    option: `signIn.${option}`,
  })
}
