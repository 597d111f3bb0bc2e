import type { Clock } from '../platform/clock.js'
import { ApiRequestError } from '../protocol/api-request-error.js'
import { retryAfterOf } from '../protocol/retry-after.js'
import { challengesOf } from '../protocol/www-authenticate.js'
import { errorCodeIn } from './error-code.js'

export interface ApiFailureContext {
  readonly api: string
  readonly method: string
  readonly clock: Clock
}

/** What an API refused, with the code by which the API itself calls it. */
export async function apiFailureOf(
  response: Response,
  { clock, ...request }: ApiFailureContext,
): Promise<ApiRequestError> {
  const { headers, status } = response
  const body = bodyOf(await response.text().catch(() => ''))
  return new ApiRequestError({
    ...request,
    failure: 'status',
    apiStatus: status,
    apiCode: codeIn(body) ?? challengedBy(headers.get('www-authenticate')),
    retryAfter: retryAfterOf(headers.get('retry-after'), clock()),
    body,
  })
}

const longestBody = 64 * 1024

/** As JSON where it is, such as a problem of RFC 9457; as text otherwise. */
function bodyOf(text: string): unknown {
  if (text === '' || text.length > longestBody) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

type Members = Readonly<Record<string, unknown>>

/** `error` alone or with a `code`, a `code` of its own, or a problem's `title`: RFC 6749, OData, RFC 9457. */
function codeIn(body: unknown): string | undefined {
  const { error, code, title } = Object(body) as Members // primitives become empty objects
  const { code: inner } = Object(error) as Members
  return [error, inner, code, title].map(errorCodeIn).find((one) => one !== undefined)
}

/** What a challenge says is wrong with the token (RFC 6750 section 3.1). */
function challengedBy(header: string | null): string | undefined {
  const errors = challengesOf(header).map(({ parameters }) => parameters.get('error'))
  return errors.map(errorCodeIn).find((one) => one !== undefined)
}
