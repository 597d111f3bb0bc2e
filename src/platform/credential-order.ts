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
  /** What was wrong with it the last time; undefined when nothing was. */
  fault(): CredentialFault | undefined
  /** Why the platform rejected it a moment ago, so that it is not asked again yet. */
  resting(): CredentialFault | undefined
  /** Begins an attempt, which ends with the verdict given to the function that comes back. */
  begin(): (verdict: Verdict) => void
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

  function prefer(turn: Turn): void {
    const [first] = current()
    if (first === undefined || first === turn) return
    turns = [turn, ...configured.filter((other) => other !== turn)]
    const fault = first.fault()
    const isAway = fault !== undefined && 'error' in fault
    detourBegan = isAway ? clock() : undefined
    const span = isAway ? 'for a minute' : 'from now on'
    const reason = fault === undefined ? '' : ` ${explanationOf(fault)}`
    tell(`${nameOf(turn)} is used ${span}, because ${nameOf(first)} cannot be.${reason}`)
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
  readonly accepted: (turn: Turn) => void
}

function createTurn(source: ProofSource, { clock, accepted }: TurnSettings): Turn {
  const rest = createRest(clock)
  let fault: CredentialFault | undefined

  function settle(verdict: Verdict, restBefore: number): void {
    if (verdict === 'undecided') {
      rest.interrupt()
    } else if (verdict === 'accepted') {
      fault = undefined
      rest.end()
      accepted(turn)
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
    fault: () => fault,
    resting: () => (rest.isOn() ? fault : undefined),
    begin() {
      const before = rest.probe()
      return (verdict) => settle(verdict, before)
    },
  }
  return turn
}
