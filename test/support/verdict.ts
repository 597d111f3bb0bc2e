import { AccessRefusal } from '../../src/protocol/access-errors.js'
import { PlatformUnavailableError } from '../../src/protocol/platform-unavailable-error.js'

/** `200`, or the status with the reason of the refusal, such as `401 expired`. */
export async function verdictOf(work: () => unknown): Promise<string> {
  try {
    await work()
    return '200'
  } catch (error) {
    if (error instanceof AccessRefusal) return `${String(error.status)} ${error.reason}`
    if (error instanceof PlatformUnavailableError) return `503 ${error.endpoint} ${error.failure}`
    throw error
  }
}
