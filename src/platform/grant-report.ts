import { EntraError } from '../protocol/entra-error.js'
import type { TokenEvent } from '../protocol/events.js'
import { TokenRefusedError } from '../protocol/token-errors.js'
import type { Clock } from './clock.js'

export interface GrantReportSettings {
  readonly clock: Clock
  readonly onEvent?: ((event: TokenEvent) => void) | undefined
}

type Requested = Pick<TokenEvent, 'grant' | 'resource' | 'correlationId'>

/** Sends a token request and tells what became of it. */
export async function reported<Answer>(
  requested: Requested,
  { clock, onEvent }: GrantReportSettings,
  send: () => Promise<Answer>,
): Promise<Answer> {
  const began = clock()
  const known = () => ({ ...requested, milliseconds: Math.max(0, clock() - began) })
  try {
    const answer = await send()
    onEvent?.({ type: 'token-acquired', ...known() })
    return answer
  } catch (error) {
    if (error instanceof EntraError) {
      const { code, status } = error
      const aadsts = error instanceof TokenRefusedError ? error.aadsts[0] : undefined
      onEvent?.({ type: 'token-refused', code, status, aadsts, ...known() })
    }
    throw error
  }
}
