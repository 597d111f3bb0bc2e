import { AadstsError } from './aadsts-error.js'

/** A mistake of the emulator itself looks like an outage of the platform, and says what it was. */
export function asAadstsError(error: unknown): AadstsError {
  if (error instanceof AadstsError) return error
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return new AadstsError({
    code: 90033,
    error: 'temporarily_unavailable',
    status: 503,
    message: `A transient error has occurred. Please try again. [The emulator failed: ${detail}]`,
  })
}
