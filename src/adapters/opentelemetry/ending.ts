import { AccessRefusal } from '../../protocol/access-errors.js'
import { EntraError } from '../../protocol/entra-error.js'
import type { RefusalReason } from '../../protocol/refusal-reason.js'
import type { Findings } from '../../protocol/telemetry.js'
import { TokenRefusedError } from '../../protocol/token-errors.js'

/** How a piece of work ended, in words of closed sets. */
export interface Ending {
  /** `refused`: the answer to a caller, which is no fault of this app. */
  readonly outcome: 'succeeded' | 'refused' | 'failed'
  readonly source: Findings['source']
  readonly reason?: RefusalReason
  /** The code of an error of this library, `_OTHER` for every other. */
  readonly errorType?: string
  readonly aadsts?: number | undefined
}

export function endingOf(error: unknown, { source }: Findings): Ending {
  if (!(error instanceof EntraError)) return { outcome: 'failed', source, errorType: '_OTHER' }
  const errorType = error.code
  if (error instanceof AccessRefusal) {
    return { outcome: 'refused', source, errorType, reason: error.reason }
  }
  const aadsts = error instanceof TokenRefusedError ? error.aadsts[0] : undefined
  return { outcome: 'failed', source, errorType, aadsts }
}
