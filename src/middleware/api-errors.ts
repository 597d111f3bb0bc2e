import { EntraError } from '../protocol/entra-error.js'
import { errorBodyOf, type ErrorDetail } from './error-page.js'
import { json } from './reply.js'
import type { ErrorStep } from './step.js'

/**
 * Answers what a guard or a token source of an API refused: JSON with the refusal's status and
 * headers. Faults of the program are left to the framework, which reports them.
 */
export function createApiErrors(detail: ErrorDetail): ErrorStep {
  return (_request, error) =>
    Promise.resolve(
      isAnswer(error)
        ? json(error.status, errorBodyOf(error, detail), Object.entries(error.headers))
        : undefined,
    )
}

/** Whether an error answers the one who sent the request, rather than telling of a mistake here. */
export function isAnswer(error: unknown): error is EntraError {
  return error instanceof EntraError && (error.expose || error.status === 503)
}

/** Whether an error tells an API's caller what its next token must have. */
export function isChallenge(error: unknown): boolean {
  return error instanceof EntraError && Object.hasOwn(error.headers, 'WWW-Authenticate')
}
