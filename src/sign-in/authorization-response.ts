import { CallbackInvalidError } from '../protocol/sign-in-errors.js'

/** What Entra sent back to the redirect URI, with every parameter at most once. */
export interface AuthorizationResponse {
  readonly state: string | undefined
  readonly code: string | undefined
  readonly error: ProviderError | undefined
  /** Issuer identification (RFC 9207); Entra does not send it. */
  readonly issuer: string | undefined
  readonly sessionState: string | undefined
}

/** An error that Entra answered with. The description is never kept: it is text of the request. */
export interface ProviderError {
  readonly error: string
  readonly aadsts: number | undefined
  readonly correlationId: string | undefined
}

const single = [
  'state',
  'code',
  'error',
  'error_description',
  'error_uri',
  'error_subcode',
  'suberror',
  'claims',
  'iss',
  'session_state',
  'client_info',
  'admin_consent',
  'tenant',
  'scope',
]
// Tokens never come through the browser here, and nothing may be read from one that does.
const refused = ['id_token', 'access_token', 'response', 'refresh_token']
const longestState = 256
const longestCode = 4_096

/**
 * Reads the response of the authorization endpoint (RFC 6749 section 4.1.2).
 *
 * @throws CallbackInvalidError when a parameter is repeated, too long, or does not belong here.
 */
export function authorizationResponseOf(parameters: URLSearchParams): AuthorizationResponse {
  for (const name of single) {
    if (parameters.getAll(name).length > 1) throw new CallbackInvalidError('parameter', 'repeated')
  }
  if (refused.some((name) => parameters.has(name))) {
    throw new CallbackInvalidError('parameter', 'token-in-front-channel')
  }
  const error = printable(parameters, 'error', 128)
  return {
    state: printable(parameters, 'state', longestState),
    code: printable(parameters, 'code', longestCode),
    error: error === undefined ? undefined : providerErrorOf(error, parameters),
    issuer: printable(parameters, 'iss', 512),
    sessionState: printable(parameters, 'session_state', 128),
  }
}

/** Visible ASCII of a reasonable length (RFC 6749 appendix A), or absent. */
function printable(parameters: URLSearchParams, name: string, longest: number): string | undefined {
  const value = parameters.get(name)
  if (value === null) return undefined
  if (value.length > longest || !/^[\x21-\x7e]+$/.test(value)) {
    throw new CallbackInvalidError('parameter', name)
  }
  return value
}

function providerErrorOf(error: string, parameters: URLSearchParams): ProviderError {
  const description = (parameters.get('error_description') ?? '').slice(0, 4_000)
  const number = /AADSTS(\d{4,9})\b/.exec(description)?.[1]
  return {
    error,
    aadsts: number === undefined ? undefined : Number(number),
    correlationId: /Correlation ID: ([0-9a-f-]{36})/i.exec(description)?.[1],
  }
}
