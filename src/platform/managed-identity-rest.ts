import { CredentialRejectedError } from '../protocol/token-errors.js'
import type { Clock } from './clock.js'
import { createRest } from './credential-rest.js'

/**
 * T21: an identity that the machine does not have is not asked for with every request, but rests as
 * a rejected credential does.
 */
export function restingAfterRejection<Arguments extends readonly unknown[], Token>(
  ask: (...request: Arguments) => Promise<Token>,
  clock: Clock,
): (...request: Arguments) => Promise<Token> {
  const rest = createRest(clock)
  let rejection: CredentialRejectedError | undefined

  return async (...request) => {
    if (rejection !== undefined && rest.isOn()) throw rejection
    const before = rest.probe()
    try {
      const token = await ask(...request)
      rejection = undefined
      rest.end()
      return token
    } catch (error) {
      if (error instanceof CredentialRejectedError) {
        rejection = error
        rest.beginAfter(before)
      } else rest.interrupt()
      throw error
    }
  }
}
