import { decodeJwt } from 'jose'
import type { Parameters } from '../http/parameters.js'
import type { TokenAnswer } from './grant-context.js'

/** `resource` in the words of v2.0: everything that was granted for that API. */
export function asV2Token({ resource = '', ...parameters }: Parameters): Parameters {
  const scope = `${resource}/.default`
  const isForUser = parameters.grant_type !== 'client_credentials'
  return { ...parameters, scope: isForUser ? `openid profile offline_access ${scope}` : scope }
}

/** v1.0 writes its numbers as strings, names the API once and its permissions by their short names. */
export function asV1Answer(answer: TokenAnswer, resource: string | undefined): object {
  const { scp, nbf, exp } = claimsOf(answer.access_token)
  const { expires_in, ext_expires_in, scope: _scope, ...rest } = answer
  return {
    ...rest,
    ...(typeof scp === 'string' && { scope: scp }),
    expires_in: String(expires_in),
    ext_expires_in: String(ext_expires_in),
    ...(exp !== undefined && { expires_on: String(exp) }),
    ...(nbf !== undefined && { not_before: String(nbf) }),
    ...(resource !== undefined && { resource }),
  }
}

/** Personal accounts get tokens for Microsoft Graph that nobody can read. */
function claimsOf(token: string) {
  try {
    return decodeJwt<{ scp?: unknown }>(token)
  } catch {
    return {}
  }
}
