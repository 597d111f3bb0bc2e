import type { LifetimeChoice, Lifetimes } from '../emulator-switches.js'

/** How long what is issued now holds. */
export interface LifetimeSwitch extends Lifetimes {
  /** Seconds of an access token; the platform's own choice unless one was made. */
  accessToken(standard: number): number
  /** Seconds of a token under continuous access evaluation, if they differ. */
  continuousAccess(): number | undefined
  /** Milliseconds. */
  code(): number
  /** Milliseconds without use. */
  refreshToken(): number
  current(): LifetimeChoice
}

export function createLifetimes(): LifetimeSwitch {
  let chosen: LifetimeChoice = {}
  return {
    set(choice) {
      chosen = { ...chosen, ...choice }
    },
    clear() {
      chosen = {}
    },
    accessToken: (standard) => chosen.accessToken ?? standard,
    continuousAccess: () => chosen.continuousAccess,
    code: () => (chosen.code ?? 60) * 1000,
    refreshToken: () => (chosen.refreshToken ?? 90 * 86_400) * 1000,
    current: () => ({ ...chosen }),
  }
}
