import type { Clock } from '../platform/clock.js'
import { GraphRequestError } from '../protocol/graph-request-error.js'
import { retryAfterOf } from '../protocol/retry-after.js'
import { errorCodeIn } from './error-code.js'

export interface GraphFailureContext {
  readonly method: string
  readonly path: string
  readonly clientRequestId: string
  readonly clock: Clock
}

/** Reads Graph's error envelope: code and words, checked, and the ids that its support asks for. */
export async function graphFailureOf(
  response: Response,
  { clock, ...request }: GraphFailureContext,
): Promise<GraphRequestError> {
  const { code, message } = errorIn(await response.json().catch(() => undefined))
  const { headers } = response
  return new GraphRequestError({
    ...request,
    graphStatus: response.status,
    graphCode: errorCodeIn(code),
    graphMessage: typeof message === 'string' ? message : undefined,
    requestId: headers.get('request-id') ?? undefined,
    retryAfter: retryAfterOf(headers.get('retry-after'), clock()),
  })
}

function errorIn(body: unknown): { code?: unknown; message?: unknown } {
  const { error } = Object(body) as { error?: unknown }
  return Object(error) as { code?: unknown; message?: unknown }
}
