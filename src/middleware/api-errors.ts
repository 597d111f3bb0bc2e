import { EntraError } from '../protocol/entra-error.js'
import { errorBodyOf } from './error-page.js'
import { json } from './reply.js'
import type { ErrorStep } from './step.js'

/**
 * Answers what a guard or a token source of an API refused: JSON with the refusal's status and
 * headers. Faults of the program are left to the framework, which reports them.
 */
export function createApiErrors(): ErrorStep {
  return (_request, error) =>
    Promise.resolve(
      isAnswer(error)
        ? json(error.status, errorBodyOf(error), Object.entries(error.headers))
        : undefined,
    )
}

/** Whether an error answers the one who sent the request, rather than telling of a mistake here. */
export function isAnswer(error: unknown): error is EntraError {
  return error instanceof EntraError && (error.expose || error.status === 503)
}
