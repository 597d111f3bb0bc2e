import type { Clock } from './clock.js'
import type { ProofSource } from './credential-proof.js'
import { explanationOf, type CredentialFault } from './credential-rejection.js'
import { createRest } from './credential-rest.js'

/**
 * What came of an attempt: `undecided` when the answer says nothing about the credential,
 * `unusable` when there was nothing to send, `rejected` when the platform said no.
 */
export type Verdict =
  | 'accepted'
  | 'undecided'
  | { readonly unusable: CredentialFault }
  | { readonly rejected: CredentialFault }

/** One credential's turn in a request. */
export interface Turn {
  readonly source: ProofSource
  /** Why the platform rejected it a moment ago, so that it is not asked again yet. */
  resting(): CredentialFault | undefined
  /**
   * Begins an attempt, which ends with the verdict given to the function that comes back.
   *
   * @param after The first that the same request has tried in vain before.
   */
  begin(after: FailedTurn | undefined): (verdict: Verdict) => void
}

export interface FailedTurn {
  readonly turn: Turn
  readonly fault: CredentialFault
}

/** In which order credentials are tried. */
export interface CredentialOrder {
  turns(): readonly Turn[]
}

export interface CredentialOrderSettings {
  readonly clock: Clock
  readonly warn: (message: string) => void
}

/** Milliseconds after which a credential is tried again that there was nothing to send of. */
const detour = 60_000

/**
 * The configured order, with the credential first that was accepted last: for good after one that the
 * platform rejected, for a minute after one that could not be had, which may be a machine starting up.
 */
export function createCredentialOrder(
  sources: readonly ProofSource[],
  { clock, warn }: CredentialOrderSettings,
): CredentialOrder {
  const configured = sources.map((source) => createTurn(source, { clock, accepted: prefer }))
  let turns = configured
  let detourBegan: number | undefined
  let told = ''

  function current(): readonly Turn[] {
    if (detourBegan !== undefined) {
      const elapsed = clock() - detourBegan
      // A clock that was set back ends the detour rather than prolong it.
      if (elapsed < 0 || elapsed >= detour) {
        turns = configured
        detourBegan = undefined
      }
    }
    return turns
  }

  /** Only the request that has found another one wanting knows why. */
  function prefer(turn: Turn, failed: FailedTurn | undefined): void {
    if (turn === configured[0]) told = ''
    if (failed === undefined || current()[0] === turn) return
    turns = [turn, ...configured.filter((other) => other !== turn)]
    const isAway = 'error' in failed.fault
    detourBegan = isAway ? clock() : undefined
    const span = isAway ? 'for a minute' : 'from now on'
    const reason = explanationOf(failed.fault)
    tell(`${nameOf(turn)} is used ${span}, because ${nameOf(failed.turn)} cannot be. ${reason}`)
  }

  /** What is the same every minute is said once. */
  function tell(message: string): void {
    if (message !== told) warn(message)
    told = message
  }

  function nameOf(turn: Turn): string {
    return `credential ${configured.indexOf(turn) + 1} (${turn.source.kind})`
  }

  return { turns: current }
}

interface TurnSettings {
  readonly clock: Clock
  readonly accepted: (turn: Turn, failed: FailedTurn | undefined) => void
}

function createTurn(source: ProofSource, { clock, accepted }: TurnSettings): Turn {
  const rest = createRest(clock)
  let fault: CredentialFault | undefined

  function settle(verdict: Verdict, restBefore: number, failed: FailedTurn | undefined): void {
    if (verdict === 'undecided') {
      rest.interrupt()
    } else if (verdict === 'accepted') {
      fault = undefined
      rest.end()
      accepted(turn, failed)
    } else if ('rejected' in verdict) {
      fault = verdict.rejected
      rest.beginAfter(restBefore)
    } else {
      fault = verdict.unusable
      rest.interrupt()
    }
  }

  const turn: Turn = {
    source,
    resting: () => (rest.isOn() ? fault : undefined),
    begin(failed) {
      const before = rest.probe()
      return (verdict) => settle(verdict, before, failed)
    },
  }
  return turn
}
